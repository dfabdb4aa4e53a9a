export { seededRandom } from '@fieldfare/kernel';
