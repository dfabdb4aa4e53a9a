import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore } from '../../test/context.ts';
import { openScene, rulesOf } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import type { PatientFields } from './commands.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

it('PAT-REFERENCE, PAT-BORN, PAT-KNOWN: somebody is admitted, and changed field by field', async () => {
  const { agency, amelie, at } = await openScene(store);
  const { regionId } = at;
  const { patients, assessments } = amelie.caller;
  const { id: simoneId, regionId: _region, ...simone } = agency.simone;
  const set: PatientFields = { ...simone, reference: ' P-77 ', givenName: 'Ann ', status: 'active' };

  expect(
    await rulesOf(patients.admit({ regionId, set: { ...set, reference: simone.reference.toUpperCase() } })),
  ).toEqual(['PAT-REFERENCE']);
  expect(await rulesOf(patients.admit({ regionId, set: { ...set, birthDate: '2031-01-01' } }))).toEqual(['PAT-BORN']);
  const { patientId } = await patients.admit({ regionId, set });
  const ann = async () => (await patients.list({ regionId })).find(({ id }) => id === patientId);
  expect(await ann()).toMatchObject({ reference: 'P-77', givenName: 'Ann', status: 'active' });
  expect(await assessments.record({ regionId, patientId })).toMatchObject({ patientWritable: true, dueOn: null });

  const change = (fields: Partial<PatientFields>) => patients.change({ regionId, patientId, set: fields });
  const commands = amelie.commands.length;
  await change({ familyName: simone.familyName, reference: 'P-77' });
  expect(amelie.commands).toHaveLength(commands); // nothing differs
  await change({ risk: 'high' });
  await change({ status: 'on-hold' });
  expect(await ann()).toMatchObject({ risk: 'high', status: 'on-hold', givenName: 'Ann' });
  expect(amelie.commands).toHaveLength(commands + 2);
  expect(await rulesOf(change({ reference: simone.reference }))).toEqual(['PAT-REFERENCE']);
  expect(await rulesOf(patients.change({ regionId, patientId: agency.joan.id, set: { risk: 'low' } }))).toEqual([
    'PAT-KNOWN',
  ]);
  expect(simoneId).not.toBe(patientId);
});
