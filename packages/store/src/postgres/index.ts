export { openProjections, type Projections } from './projections.ts';
