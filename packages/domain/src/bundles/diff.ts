/** What changed from one version of a plan to the next, line by line. */
import { SERVICE_IDS, type ServiceId } from '@fieldfare/engine-bundles';
import { sameValue } from '../collections.ts';
import type { ServiceLineRow } from './tables.ts';

const COMPARED = [
  'quantityHundredths',
  'visitsHundredths',
  'minutes',
  'provider',
  'mode',
  'priority',
  'windows',
  'pairing',
] as const satisfies readonly (keyof ServiceLineRow)[];
export type ComparedField = (typeof COMPARED)[number];

export interface LineDiff {
  readonly service: ServiceId;
  readonly kind: 'added' | 'removed' | 'changed' | 'same';
  readonly fields: readonly ComparedField[];
  readonly before: ServiceLineRow | null;
  readonly after: ServiceLineRow | null;
}

const standing = (lines: readonly ServiceLineRow[]): ReadonlyMap<ServiceId, ServiceLineRow> =>
  new Map(lines.filter((line) => line.quantityHundredths > 0).map((line) => [line.service, line]));

export function diffLines(before: readonly ServiceLineRow[], after: readonly ServiceLineRow[]): readonly LineDiff[] {
  const [old, next] = [standing(before), standing(after)];
  return SERVICE_IDS.flatMap((service): LineDiff[] => {
    const [a, b] = [old.get(service) ?? null, next.get(service) ?? null];
    if (a === null && b === null) return [];
    if (a === null || b === null) {
      return [{ service, kind: a === null ? 'added' : 'removed', fields: [], before: a, after: b }];
    }
    const fields = COMPARED.filter((field) => !sameValue(a[field] ?? null, b[field] ?? null));
    return [{ service, kind: fields.length > 0 ? 'changed' : 'same', fields, before: a, after: b }];
  });
}
