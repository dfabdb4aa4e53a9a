/** Test helpers. Imported by tests and benches alone. */
export { seededRandom } from '@fieldfare/kernel';
export { createFakeClock, type FakeClock, settle } from './fake-clock.ts';
export { describeFileStore, type FileStorePlace } from './file-store-suite.ts';
