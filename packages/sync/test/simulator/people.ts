/** What a person does at a laptop: writes, now and then several edits at once, for as long as the process lives. */
import { judgeNow } from './laws.ts';
import type { Machine, Session } from './machine.ts';
import type { Run } from './run.ts';

export function work(run: Run, machine: Machine, session: Session): void {
  const { world, plan } = run;
  const { timeline, model } = world;
  const { replica } = session;
  if (replica === null) return;
  timeline.after(
    -Math.log(1 - machine.dice.float()) * plan.pauseMs,
    () => {
      if (run.calm) return;
      void (async () => {
        const burst = machine.dice.chance(0.2) ? 1 + machine.dice.below(4) : 1;
        for (let i = 0; i < (plan.haste ? 3 : 1) * burst; i++) {
          run.ordinal += 1;
          const desk = {
            replica,
            build: machine.build,
            dice: machine.dice,
            shards: world.shards,
            ordinal: run.ordinal,
          };
          if (!(await replica.load(world.shards)).ok) return;
          const changes = model.act(desk);
          if (changes.length === 0) continue;
          const written = await replica.commit(changes, machine.user);
          world.note(
            `${machine.name} writes ${changes.map(({ table, id, set }) => `${table} ${id.slice(0, 4)} ${JSON.stringify(set)}`).join(', ')}: ${written.ok ? written.value.stamp : written.problems[0].message}`,
          );
        }
      })();
      run.found(judgeNow(world, machine, run.told));
      work(run, machine, session);
    },
    session,
  );
}
