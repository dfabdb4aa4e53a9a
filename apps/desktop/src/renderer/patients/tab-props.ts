import type { PatientRecord } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';

/** What every tab of a patient's page is given. */
export interface TabProps {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly patientId: string;
  readonly record: PatientRecord;
}
