/** Which shards a principal's laptop keeps in step and projected: own regions, four weeks each way. Pure. */
import {
  addWeeks,
  type Clock,
  orgShard,
  type Principal,
  patientsShard,
  regionsOf,
  rosterShard,
  type ShardId,
  scheduleShard,
  weekAt,
} from '@fieldfare/kernel';

/** Weeks kept on each side of the current one. */
export const WEEKS_EACH_WAY = 4;

export interface RegionZone {
  readonly id: string;
  readonly zone: string;
}

/** The regions of the organisation that this principal works in. */
export function ownRegions(principal: Principal, regions: readonly RegionZone[]): readonly RegionZone[] {
  const own = regionsOf(principal);
  return own === null ? regions : regions.filter(({ id }) => own.includes(id));
}

/** Nearest weeks first, so that the week on the screen is there first. */
export function workingSet(regions: readonly RegionZone[], clock: Clock): readonly ShardId[] {
  const shards: ShardId[] = [orgShard];
  for (const { id } of regions) shards.push(rosterShard(id), patientsShard(id));
  for (let distance = 0; distance <= WEEKS_EACH_WAY; distance += 1) {
    for (const { id, zone } of regions) {
      const current = weekAt(clock.now(), zone);
      shards.push(scheduleShard(id, addWeeks(current, distance)));
      if (distance > 0) shards.push(scheduleShard(id, addWeeks(current, -distance)));
    }
  }
  return shards;
}
