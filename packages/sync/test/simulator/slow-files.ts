/** A disk whose flushes take time, so that a crash can find them under way: stored and not told, or told of nothing. */
import type { FileStore } from '@fieldfare/kernel';
import type { Dice } from './chance.ts';

export function slowFiles(files: FileStore, sleep: (ms: number) => Promise<void>, dice: Dice): FileStore {
  return {
    ...files,
    async open(name) {
      const file = await files.open(name);
      return {
        ...file,
        async flush() {
          const wait = dice.chance(0.05) ? dice.between(50, 400) : dice.between(0.1, 8);
          const first = dice.chance(0.5);
          if (first) await file.flush();
          await sleep(wait);
          if (!first) await file.flush();
        },
      };
    },
  };
}
