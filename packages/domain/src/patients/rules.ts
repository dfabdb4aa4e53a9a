import type { Patient } from './tables.ts';

/** As a person is called on screens. */
export const patientName = (patient: Pick<Patient, 'givenName' | 'familyName'>): string =>
  `${patient.givenName} ${patient.familyName}`;

/** `PAT-ACTIVE`: only active patients get new visits. */
export const receivesCare = (patient: Pick<Patient, 'status'>): boolean => patient.status === 'active';
