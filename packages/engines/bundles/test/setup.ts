import { unwrap } from '@fieldfare/kernel';
import { type BundleConfig, compileConfig } from '../src/config.ts';
import { DEFAULT_PARTS } from '../src/defaults.ts';
import type { Market } from '../src/lines.ts';
import type { Stream } from '../src/rates.ts';

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
