/** The scheduler's components as people weigh them, and what one of each is: for screens and the command line. */
import type { PriorityView } from './priorities.ts';

export const PRIORITY_LABELS: Readonly<
  Record<PriorityView['component'], { readonly label: string; readonly unit: string }>
> = {
  travelMinutes: { label: 'Driving', unit: 'a minute of driving' },
  waitingMinutes: { label: 'Waiting between visits', unit: 'a minute of waiting' },
  continuity: { label: 'Changes of carer', unit: 'a point: half a new face' },
  balance: { label: 'Uneven workload', unit: 'a point of unevenness' },
  disruption: { label: 'Changes to what was told', unit: 'a point: another time; another carer is two' },
  overtime: { label: 'Overtime', unit: 'a minute of overtime' },
  partnerCost: { label: 'Partners’ price', unit: 'a dollar' },
};
