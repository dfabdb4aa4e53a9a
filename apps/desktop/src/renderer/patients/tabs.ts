/** The tabs of a patient's page. Another one is another line here. */
import type { ComponentType } from 'react';
import { CarePlanTab } from '../care-plan/care-plan-tab.tsx';
import { AssessmentsTab } from './assessments/assessments-tab.tsx';
import { HospitalTab } from './hospital/hospital-tab.tsx';
import { NeedsTab } from './needs/needs-tab.tsx';
import { RequirementsTab } from './requirements/requirements-tab.tsx';
import type { TabProps } from './tab-props.ts';

interface PatientTab {
  /** In the address. */
  readonly id: string;
  readonly label: string;
  readonly component: ComponentType<TabProps>;
}

export const PATIENT_TABS: readonly PatientTab[] = [
  { id: 'needs', label: 'Needs profile', component: NeedsTab },
  { id: 'plan', label: 'Care plan', component: CarePlanTab },
  { id: 'requirements', label: 'Weekly visits', component: RequirementsTab },
  { id: 'assessments', label: 'Assessments', component: AssessmentsTab },
  { id: 'hospital', label: 'Hospital', component: HospitalTab },
];
export const FIRST_TAB = 'needs';
