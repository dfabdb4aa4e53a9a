import type {
  Absence,
  Assessment,
  Assignment,
  Organisation,
  Partner,
  Patient,
  PatientContext,
  Reassessment,
  Region,
  Requirement,
  ServiceType,
  Staff,
  User,
  Visit,
} from '@fieldfare/domain/tables';

/** Every row of the agency, by table. */
export interface DemoRows {
  readonly organisations: readonly Organisation[];
  readonly regions: readonly Region[];
  readonly serviceTypes: readonly ServiceType[];
  readonly users: readonly User[];
  readonly partners: readonly Partner[];
  readonly staff: readonly Staff[];
  readonly absences: readonly Absence[];
  readonly patients: readonly Patient[];
  readonly requirements: readonly Requirement[];
  readonly visits: readonly Visit[];
  readonly assignments: readonly Assignment[];
  readonly assessments: readonly Assessment[];
  readonly reassessments: readonly Reassessment[];
  readonly patientContexts: readonly PatientContext[];
}
