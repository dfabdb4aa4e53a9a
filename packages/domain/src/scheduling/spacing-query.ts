/** The services' spacing as planning a week asks for it. */
import type { Store } from '@fieldfare/store';
import { type SpacingDays, spacingDaysOf } from './plan-week.ts';

export async function readSpacing(db: Store['db']): Promise<SpacingDays> {
  return spacingDaysOf(
    await db.selectFrom('serviceTypes').select(['code', 'spacingDays']).where('deletedAt', 'is', null).execute(),
  );
}
