/**
 * Safety flags from the Brief Mental Health Screener. Local rules: the instrument's own severity scales are not public.
 * 0 none … 3: no automatic recommendation, a person looks at it the same day.
 */
import type { SafetyFlagId } from '@fieldfare/engine-bundles';
import type { Rule } from './rule.ts';

const flag = (id: SafetyFlagId, label: string, compute: Rule['compute']): Rule => ({
  id,
  version: '1',
  status: 'provisional',
  label,
  compute,
});

export const FLAGS: readonly Rule[] = [
  flag('local.selfHarm', 'Harm to self', (items) => {
    const [attempt, considered, plan, concern] = items.all(
      'bmhs.attempt',
      'bmhs.considered',
      'bmhs.plan',
      'bmhs.concern',
    );
    if (attempt === 1 || plan === 1) return 3;
    return considered === 1 ? 2 : concern === 1 ? 1 : 0;
  }),
  flag('local.harmOthers', 'Harm to others', (items) => {
    const [weapon = 0, ideas = 0, threats = 0, violence = 0] = items.all(
      'bmhs.weapon',
      'bmhs.violentIdeas',
      'bmhs.threats',
      'bmhs.violence',
    );
    if (violence === 2) return 3;
    if (violence === 1 || threats === 2 || (weapon === 1 && ideas >= 1)) return 2;
    return ideas >= 1 || threats >= 1 ? 1 : 0;
  }),
  flag('local.psychosis', 'Psychosis', (items) => {
    const [hallucinations = 0, commands = 0, delusions = 0, thought = 0] = items.all(
      'bmhs.hallucinations',
      'bmhs.commands',
      'bmhs.delusions',
      'bmhs.abnormalThought',
    );
    if (commands >= 1) return 3;
    return hallucinations >= 1 || delusions >= 1 || thought >= 1 ? 1 : 0;
  }),
  flag('local.selfCare', 'Care of self', (items) => {
    const decisions = items.get('bmhs.decisions');
    const squalid = items.get('bmhs.squalid', 8);
    const refused = items.get('bmhs.refusedMedicines');
    const neglect = squalid === 1 || refused === 1;
    if (decisions === 1 && neglect) return 2;
    return decisions === 1 || neglect ? 1 : 0;
  }),
];
