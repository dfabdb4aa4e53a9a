import { unwrap } from '@fieldfare/kernel';
import { type BundleConfig, compileConfig } from '../src/config.ts';
import { DEFAULT_PARTS } from '../src/defaults.ts';
import type { Market } from '../src/lines.ts';
import {
  type CapId,
  type CapLevel,
  type Finding,
  type NeedValues,
  type PatientNeedsProfile,
  unknownFinding,
} from '../src/profile.ts';
import type { Stream } from '../src/rates.ts';
import { generateProfile } from './generate.ts';

export const CONFIG: BundleConfig = unwrap(compileConfig(DEFAULT_PARTS));

export function streamOf(id: string): Stream {
  const stream = CONFIG.streams.get(id);
  if (!stream) throw new Error(`no stream ${id}`);
  return stream;
}

export const MARKET: Market = {
  own: new Set(['psw', 'nursing', 'wound', 'infusion', 'pt', 'ot', 'sw', 'respite']),
  partner: new Set(['psw', 'respite', 'slp']),
};

const stated = <T>(value: T): Finding<T> => ({ value, status: 'recorded', provenance: [], missing: [] });

/** Everything unknown but what is given. */
export function profileWith(
  needs: Partial<NeedValues>,
  caps: { readonly [Id in CapId]?: CapLevel<Id> } = {},
  more: Partial<Pick<PatientNeedsProfile, 'orders' | 'safetyFlags'>> = {},
): PatientNeedsProfile {
  const blank = generateProfile(1, 1);
  const fill = (base: object, given: object): object =>
    Object.fromEntries(
      Object.keys(base).map((id) => {
        const value = (given as Record<string, unknown>)[id];
        return [id, value === undefined ? unknownFinding(id) : stated(value)];
      }),
    );
  return {
    needs: fill(blank.needs, needs) as PatientNeedsProfile['needs'],
    caps: fill(blank.caps, caps) as PatientNeedsProfile['caps'],
    safetyFlags: more.safetyFlags ?? blank.safetyFlags,
    orders: more.orders ?? [],
    assessedOn: '2026-11-02',
  };
}
