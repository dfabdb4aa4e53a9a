/** The plans that are worked out side by side, and what each cares about. */
import { WEIGHTS, type Weights } from '@fieldfare/engine-scheduling';

export const SCENARIO_KEYS = ['steady', 'continuity', 'travel', 'own', 'even'] as const;
export type ScenarioKey = (typeof SCENARIO_KEYS)[number];

export interface ScenarioKind {
  readonly key: ScenarioKey;
  readonly title: string;
  readonly about: string;
  /** What each component is worth, given what it is worth in this organisation. */
  readonly weights: (usual: Weights) => Weights;
  /** Placed visits may move too, when the person who asks allows it. */
  readonly moves: boolean;
  /** Partners only where no carer of our own fits. */
  readonly ownFirst: boolean;
}

const times =
  (component: keyof Weights, factor: number) =>
  (usual: Weights): Weights => ({
    ...usual,
    // A component that is worth nothing here is worth as usual in the plan that is named after it.
    [component]: factor * (usual[component] || WEIGHTS[component]),
  });

/** How much more than usual a plan cares for what it is named after; a first setting by judgement. */
const MUCH = 5;

export const SCENARIO_KINDS: readonly ScenarioKind[] = [
  {
    key: 'steady',
    title: 'Fewest changes',
    about: 'What has a place keeps it; only unscheduled visits are placed.',
    weights: (usual) => usual,
    moves: false,
    ownFirst: false,
  },
  {
    key: 'continuity',
    title: 'Familiar faces',
    about: 'Patients see the carer they know, and fewer different ones.',
    weights: times('continuity', MUCH),
    moves: true,
    ownFirst: false,
  },
  {
    key: 'travel',
    title: 'Short ways',
    about: 'Least time on the road.',
    weights: times('travelMinutes', MUCH),
    moves: true,
    ownFirst: false,
  },
  {
    key: 'own',
    title: 'Own staff first',
    about: 'Partners only where none of our own carers fits.',
    weights: (usual) => usual,
    moves: true,
    ownFirst: true,
  },
  {
    key: 'even',
    title: 'Even workload',
    about: 'Full weeks are relieved by lighter ones.',
    weights: times('balance', MUCH * 2),
    moves: true,
    ownFirst: false,
  },
];
