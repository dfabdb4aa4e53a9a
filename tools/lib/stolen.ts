/** On a virtual machine: what its host took of the processors while they had work. Figures of a run that lost much say little. */
import { readFileSync } from 'node:fs';

interface Ticks {
  readonly stolen: number;
  /** Stolen ones included, idle ones not. */
  readonly busy: number;
}

/** proc(5): user nice system idle iowait irq softirq steal, in ticks since the start. Null where there is no such file. */
function ticks(): Ticks | null {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = line
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return { stolen, busy: user + nice + system + irq + softirq + stolen };
  } catch {
    return null;
  }
}

/** Call the result for the percentage since then; null: not known. */
export function watchStolen(): () => number | null {
  const from = ticks();
  return () => {
    const to = ticks();
    return from && to && to.busy > from.busy ? (100 * (to.stolen - from.stolen)) / (to.busy - from.busy) : null;
  };
}
