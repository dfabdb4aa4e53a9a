import { fold } from './cells.ts';
import type { ImportContext, Lookup } from './kind.ts';

/** References match whatever their case. */
export const referenceKey = (reference: string): string => reference.trim().toLowerCase();

export function createLookup(context: ImportContext): Lookup {
  const { staff, patients, serviceTypes, partners } = context;
  return {
    context,
    staffByReference: new Map(staff.map((row) => [referenceKey(row.reference), row])),
    patientsByReference: new Map(patients.map((row) => [referenceKey(row.reference), row])),
    staffReferences: new Map(staff.map((row) => [row.id, row.reference])),
    patientReferences: new Map(patients.map((row) => [row.id, row.reference])),
    services: new Map(serviceTypes.flatMap((row) => [[fold(row.name), row] as const, [fold(row.code), row] as const])),
    partners: new Map(partners.map((row) => [fold(row.name), row])),
    partnerNames: new Map(partners.map((row) => [row.id, row.name])),
  };
}
