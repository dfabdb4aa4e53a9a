import { createRow, type RowChange, updateRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agency, AMELIE, BEN, createAgency, DAYS, requirementRow, SERVICES, WEEK } from '../../../test/agency.ts';
import { exchange, openDesk, openTestStore, type TestDesk } from '../../../test/context.ts';
import type { Database } from '../../database.ts';
import { serviceTypes } from '../../orgs/index.ts';
import { patients } from '../../patients/index.ts';
import { staff } from '../../workforce/index.ts';
import { secondVisitOf } from '../pairs.ts';
import { assignmentIdOf } from '../rules.ts';
import { assignments, type Requirement, requirements, type Visit, visits } from '../tables.ts';
import { conflictDerivation } from './derivation.ts';
import { CONFLICT_JSON } from './queries.ts';

let stores: readonly [Store<Database>, Store<Database>];
beforeAll(async () => {
  stores = await Promise.all([openTestStore(), openTestStore()]);
}, 60_000);
afterAll(() => Promise.all(stores.map((store) => store.close())));

const conflictsIn = async (store: Store<Database>, regionId: string): Promise<string[]> =>
  (
    await sql<{ readonly entry: string }>`
      select ${CONFLICT_JSON} as entry from conflicts where region_id = ${regionId} order by id`.execute(store.db)
  ).rows.map(({ entry }) => entry);

/** What a look at every row of the whole projection would change. Empty: nothing. */
const changedByRebuild = (store: Store<Database>): Promise<ReadonlySet<string>> =>
  store.db.transaction().execute((trx) => conflictDerivation.run(trx, new Map([['regions', new Set(['any'])]])));

/** Sunday night and Monday morning too: neighbours in two documents. */
const NEXT_WEEK = '2026-W49';
const slots = [
  { week: WEEK, date: DAYS[1] as string, start: '09:00' },
  { week: WEEK, date: DAYS[1] as string, start: '09:30' },
  { week: WEEK, date: DAYS[6] as string, start: '23:45' },
  { week: NEXT_WEEK, date: '2026-11-30', start: '00:15' },
];

type Op =
  | { readonly who: 0 | 1; readonly visit: number; readonly do: 'move'; readonly slot: number }
  | { readonly who: 0 | 1; readonly visit: number; readonly do: 'give'; readonly staff: number }
  | { readonly who: 0 | 1; readonly visit: number; readonly do: 'delete' | 'cancel' | 'note' | 'restore' }
  | { readonly who: 0 | 1; readonly do: 'leave' | 'discharge'; readonly back: boolean }
  | { readonly who: 0 | 1; readonly visit: number; readonly do: 'serve'; readonly psw: boolean }
  | { readonly who: 0 | 1; readonly do: 'retrain' | 'widen'; readonly back: boolean }
  | { readonly who: 0 | 1; readonly do: 'wish'; readonly staff: number }
  | {
      readonly who: 0 | 1;
      readonly do: 'need';
      readonly edit: 'minutes' | 'delete' | 'restore';
      readonly value: number;
    }
  | { readonly who: 0 | 1; readonly do: 'phone'; readonly value: number }
  | { readonly who: 0 | 1; readonly do: 'settle'; readonly pick: number; readonly choice: number }
  /** Both settle the same conflict, differently, before they meet again. */
  | { readonly do: 'disagree' }
  | { readonly do: 'meet' };

const who = fc.constantFrom<0 | 1>(0, 1);
const visit = fc.nat(5);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ who, visit, do: fc.constant<'move'>('move'), slot: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ who, visit, do: fc.constant<'give'>('give'), staff: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ who, visit, do: fc.constantFrom('delete', 'cancel', 'note', 'restore') }) },
  { weight: 1, arbitrary: fc.record({ who, do: fc.constantFrom('leave', 'discharge'), back: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ who, visit, do: fc.constant<'serve'>('serve'), psw: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ who, do: fc.constantFrom('retrain', 'widen'), back: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ who, do: fc.constant<'wish'>('wish'), staff: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      who,
      do: fc.constant<'need'>('need'),
      edit: fc.constantFrom('minutes', 'delete', 'restore'),
      value: fc.nat(3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ who, do: fc.constant<'phone'>('phone'), value: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({ who, do: fc.constant<'settle'>('settle'), pick: fc.nat(9), choice: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.constant<Op>({ do: 'disagree' }) },
  { weight: 2, arbitrary: fc.constant<Op>({ do: 'meet' }) },
);

type Edit = Exclude<Op, { do: 'meet' | 'settle' | 'disagree' }>;

const DELETED = { deletedAt: '2026-11-21T12:00:00.000Z' };

function recordChanges(agency: Agency, need: Requirement, what: Exclude<Edit, { visit: number }>): RowChange[] {
  switch (what.do) {
    case 'leave':
      return [updateRow(staff, agency.joan, { active: what.back })];
    case 'discharge':
      return [updateRow(patients, agency.simone, { status: what.back ? 'active' : 'discharged' })];
    case 'retrain':
      return [updateRow(staff, agency.carl, { role: what.back ? 'rpn' : 'psw' })];
    case 'widen':
      return SERVICES.slice(0, 1).map((row) =>
        updateRow(serviceTypes, row, { roles: what.back ? ['rn', 'rpn'] : ['rn'] }),
      );
    case 'wish': {
      const preferredStaffId = [agency.joan.id, agency.carl.id, null][what.staff] ?? null;
      return [updateRow(requirements, need, { preferredStaffId })];
    }
    case 'need': {
      const set = { minutes: { minutes: 30 + what.value }, delete: DELETED, restore: { deletedAt: null } }[what.edit];
      return [{ ...updateRow(requirements, need, {}), set }];
    }
    case 'phone':
      return [updateRow(patients, agency.simone, { phone: `555-010${what.value}` })];
  }
}

function changesOf(agency: Agency, all: readonly Visit[], need: Requirement, what: Edit): RowChange[] {
  if (!('visit' in what)) return recordChanges(agency, need, what);
  const row = all[what.visit] as Visit;
  switch (what.do) {
    case 'move': {
      const { week, date, start } = slots[what.slot] as (typeof slots)[number];
      return week === row.week ? [updateRow(visits, row, { date, start })] : [updateRow(visits, row, { start })];
    }
    case 'give': {
      const staffId = [agency.joan.id, agency.carl.id, null][what.staff] ?? null;
      const { regionId, week } = row;
      const id = assignmentIdOf(row.id);
      return [
        createRow(assignments, {
          id,
          regionId,
          week,
          visitId: row.id,
          slot: 0,
          staffId,
          pinned: false,
          source: 'person',
        }),
      ];
    }
    case 'serve':
      return [updateRow(visits, row, { serviceCode: what.psw ? 'psw' : 'nursing' })];
    case 'note':
      return [updateRow(visits, row, { note: 'seen' })];
    case 'cancel':
      return [updateRow(visits, row, { cancelledAt: '2026-11-21T12:00:00.000Z' })];
    case 'delete':
      return [{ ...updateRow(visits, row, {}), set: DELETED }];
    case 'restore':
      return [{ ...updateRow(visits, row, {}), set: { deletedAt: null, cancelledAt: null } }];
  }
}

/** Settles one of the conflicts a desk shows, as a person would. */
async function settleOne(
  desk: TestDesk,
  { regionId }: Agency,
  { pick, choice }: { readonly pick: number; readonly choice: number },
): Promise<void> {
  await desk.projected();
  const { conflicts } = await desk.caller.scheduling.week({ regionId, week: WEEK });
  const conflict = conflicts[pick % Math.max(1, conflicts.length)];
  const chosen = conflict?.choices[choice % conflict.choices.length];
  if (conflict === undefined || chosen === undefined) return;
  await desk.caller.scheduling.resolveConflict({
    regionId,
    week: WEEK,
    conflictId: conflict.id,
    choice: chosen.choice,
    reason: '',
  });
}

describe('the derived table of conflicts', () => {
  it('CNF-REBUILD CNF-SAME after any history it equals a rebuild, and two people who met hold the same', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 16, maxLength: 32 }), async (ops) => {
        const agency = createAgency([WEEK, NEXT_WEEK]);
        const desks = [await openDesk(AMELIE, stores[0]), await openDesk(BEN, stores[1])] as const;
        const meet = async (): Promise<void> => {
          await exchange(desks[0], desks[1], agency.shards);
          await Promise.all(desks.map((desk) => desk.projected()));
          for (const entry of await conflictsIn(stores[0], agency.regionId)) {
            seen.add((JSON.parse(entry) as { facts: { kind: string } }).facts.kind);
          }
        };
        const need = agency.requirement();
        const all = Array.from({ length: 6 }, (_, i) =>
          agency.visit({
            requirementId: i % 2 === 0 ? need.id : null,
            ...(i < 4 ? { start: '09:00' } : { week: NEXT_WEEK, date: '2026-11-30', start: '00:15' }),
            patientId: [agency.simone, agency.paul, agency.ines][i % 3]?.id ?? '',
          }),
        );
        // The second carer of the first visit, who stays while that one moves.
        const beside = secondVisitOf(all[0] as Visit, { kind: 'together' });
        await desks[0].commit([
          ...agency.changes,
          requirementRow(need),
          ...agency.placed(beside, agency.carl.id),
          ...all.flatMap((row) => agency.placed(row, agency.joan.id)),
        ]);
        await meet();
        for (const one of ops) {
          if (one.do === 'meet') await meet();
          else if (one.do === 'disagree') {
            await meet();
            await settleOne(desks[0], agency, { pick: 0, choice: 0 });
            await settleOne(desks[1], agency, { pick: 0, choice: 1 });
            await meet();
          } else if (one.do === 'settle') await settleOne(desks[one.who], agency, one);
          else await desks[one.who].commit(changesOf(agency, all, need, one));
        }
        await meet();
        for (const store of stores) expect(await changedByRebuild(store)).toEqual(new Set());
        const [mine, theirs] = await Promise.all(stores.map((store) => conflictsIn(store, agency.regionId)));
        expect(mine).toEqual(theirs);
      }),
      { numRuns: 8, seed: 2026 },
    );
    // The law says little unless the histories reach every kind.
    expect([...seen].sort()).toEqual([
      'concurrent-field',
      'contested-resolution',
      'continuity-breach',
      'dangling-reference',
      'double-booked-patient',
      'double-booked-staff',
      'edit-delete',
      'pair-apart',
      'skill-breach',
    ]);
  }, 60_000);

  it('CNF-REBUILD rows that leave the working set take their conflicts with them', async () => {
    const agency = createAgency([WEEK, NEXT_WEEK]);
    const desk = await openDesk(AMELIE, stores[0]);
    const sunday = agency.visit({ date: DAYS[6] as string, start: '23:45' });
    const monday = agency.visit({ week: NEXT_WEEK, date: '2026-11-30', start: '00:15', patientId: agency.paul.id });
    await desk.commit([...agency.changes, ...[sunday, monday].flatMap((row) => agency.placed(row, agency.joan.id))]);
    await desk.projected();
    for (const week of [WEEK, NEXT_WEEK]) {
      const { conflicts } = await desk.caller.scheduling.week({ regionId: agency.regionId, week });
      expect(conflicts.map(({ title }) => title)).toEqual(['Joan Roy is booked twice on Mon 30 Nov, 00:15–00:30']);
    }
    await stores[0].forget([agency.shards.at(-1) as string]);
    expect(await conflictsIn(stores[0], agency.regionId)).toEqual([]);
    expect(await changedByRebuild(stores[0])).toEqual(new Set());
  });
});
