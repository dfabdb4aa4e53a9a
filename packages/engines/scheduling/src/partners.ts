/** SCH-NOTICE, SCH-PARTNER-CAPACITY: hours and notice that were agreed with the organisations whose carers deliver visits. */
import type { EpochMinute } from '@fieldfare/kernel';
import { UNLIMITED } from './partner-lists.ts';
import type { Plan } from './plan.ts';

/** SCH-NOTICE: the first start that gives this carer's organisation its notice; 0: any. */
export function earliestAsked({ compiled }: Plan, visit: number, staff: number): EpochMinute {
  const partner = compiled.staffAgreed[staff] as number;
  return partner < 0 || partner === compiled.visitAgreed[visit] ? 0 : (compiled.staffEarliest[staff] as number);
}

/** Visit minutes of all carers of this one's organisation, without this visit. */
export function partnerBookedWithout({ compiled, booked, staffOf }: Plan, visit: number, staff: number): number {
  const partner = compiled.staffAgreed[staff] as number;
  let sum = 0;
  for (const member of compiled.partnerStaff[partner] ?? []) {
    sum += booked[member] as number;
    if (staffOf[visit] === member) sum -= compiled.visitMinutes[visit] as number;
  }
  return sum;
}

/** Visit minutes that the agreement of this carer's organisation still has room for. */
export function partnerRoom({ compiled, booked }: Plan, staff: number): number {
  const partner = compiled.staffAgreed[staff] as number;
  const most = partner < 0 ? UNLIMITED : (compiled.partnerMost[partner] as number);
  if (most === UNLIMITED) return UNLIMITED;
  let room = most;
  for (const member of compiled.partnerStaff[partner] ?? []) room -= booked[member] as number;
  return room;
}

/** SCH-PARTNER-CAPACITY: minutes over what was agreed with this visit; above 0 is broken. */
export function overPartner(plan: Plan, visit: number, staff: number): number {
  const c = plan.compiled;
  const partner = c.staffAgreed[staff] as number;
  const most = partner < 0 ? UNLIMITED : (c.partnerMost[partner] as number);
  if (most === UNLIMITED) return 0;
  return partnerBookedWithout(plan, visit, staff) + (c.visitMinutes[visit] as number) - most;
}
