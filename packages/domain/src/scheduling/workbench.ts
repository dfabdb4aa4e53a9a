/** A week laid out for the engine, with the names that its answers are put into words with. */
import { type CompiledWeek, compileWeek, createPlan, type Plan } from '@fieldfare/engine-scheduling';
import { type IsoWeek, type LocalDate, unwrap } from '@fieldfare/kernel';
import { byId, groupBy } from '../collections.ts';
import { patientName } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { createTravelModel } from '../travel/index.ts';
import { absentOn, staffName } from '../workforce/index.ts';
import { compileProblem, type WeekPerson, type WeekRows, type WeekVisit } from './compile.ts';
import type { ViolationNames } from './violations.ts';
import { type Focus, readWeekRows } from './week-query.ts';

export interface Workbench {
  readonly rows: WeekRows;
  readonly compiled: CompiledWeek;
  /** The week as it stands. */
  readonly plan: Plan;
  readonly visits: ReadonlyMap<string, WeekVisit>;
  readonly people: ReadonlyMap<string, WeekPerson>;
  readonly patientNameOf: (patientId: string) => string;
  readonly staffNameOf: (staffId: string) => string;
  readonly serviceNameOf: (code: string) => string;
  /** What sentences about a placement with this carer may name. */
  readonly wordsFor: (staffId: string) => ViolationNames;
}

export interface WorkbenchOptions {
  readonly focus?: Focus | undefined;
  /** See `compileProblem`. */
  readonly anyDay?: ReadonlySet<string>;
}

export function layOut(rows: WeekRows, anyDay?: ReadonlySet<string>): Workbench {
  const { problem, outsideMinutes } = compileProblem(rows, createTravelModel(rows.region), anyDay ? { anyDay } : {});
  const compiled = unwrap(compileWeek(problem));
  const visits = byId(rows.visits);
  const people = byId(rows.people);
  const patients = byId(rows.patients);
  const services = new Map(rows.services.map(({ code, name }) => [code, name]));
  const away = groupBy(rows.absences, ({ staffId }) => staffId);
  const patientNameOf = (patientId: string): string => {
    const patient = patients.get(patientId);
    return patient ? patientName(patient) : 'Unknown patient';
  };
  return {
    rows,
    compiled,
    plan: createPlan(compiled),
    visits,
    people,
    patientNameOf,
    staffNameOf(staffId) {
      const person = people.get(staffId);
      return person ? staffName(person) : 'Unknown carer';
    },
    serviceNameOf: (code) => services.get(code) ?? code,
    wordsFor: (staffId) => ({
      zone: rows.region.zone,
      outsideMinutes: outsideMinutes.get(staffId) ?? 0,
      patientOfVisit(visitId) {
        const visit = visits.get(visitId);
        return visit ? patientNameOf(visit.patientId) : null;
      },
      absenceOn: (date: LocalDate) =>
        (away.get(staffId) ?? []).find((absence) => absentOn(absence, date))?.reason ?? null,
    }),
  };
}

/** Call `readyForWeek` first. */
export async function openWorkbench(
  ctx: Context,
  input: { readonly regionId: string; readonly week: IsoWeek },
  options: WorkbenchOptions = {},
): Promise<Workbench> {
  return layOut(await readWeekRows(ctx, input, options.focus), options.anyDay);
}
