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
