import type { Absence, Staff } from '@fieldfare/domain';

export const ROLE_NAMES: Readonly<Record<Staff['role'], string>> = {
  rn: 'Registered nurse',
  rpn: 'Registered practical nurse',
  psw: 'Personal support worker',
  ot: 'Occupational therapist',
  pt: 'Physiotherapist',
  slp: 'Speech-language pathologist',
  sw: 'Social worker',
  rd: 'Registered dietitian',
};

export const EMPLOYMENT_NAMES: Readonly<Record<Staff['employmentType'], string>> = {
  'full-time': 'Full time',
  'part-time': 'Part time',
  casual: 'Casual',
  contract: 'Contract',
};

export const REASON_NAMES: Readonly<Record<Absence['reason'], string>> = {
  vacation: 'Vacation',
  sick: 'Sick',
  training: 'Training',
  leave: 'Leave',
  other: 'Other',
};

/** For a Mantine Select, in the order in which they are written down. */
export const optionsOf = <T extends string>(names: Readonly<Record<T, string>>): { value: T; label: string }[] =>
  (Object.entries(names) as [T, string][]).map(([value, label]) => ({ value, label }));
