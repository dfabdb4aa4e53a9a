/**
 * Which process serves a tenant. All of a tenant’s shards are on one: docs/adr/0009.
 *
 *  SRV-PLACE  every process that sees the same members has the same answer, and tenants are spread evenly
 */
import { createHash } from 'node:crypto';
import type { Problem } from '@fieldfare/kernel';
import { movedTo } from '@fieldfare/sync';

/** `here`: this process. A URL: the process that answers there. Null: for the moment, nobody. */
export type Place =
  | { readonly at: 'here' }
  | { readonly at: 'elsewhere'; readonly url: string }
  | { readonly at: 'nowhere' };

export interface Placement {
  find(tenantId: string): Place;
  /** Tenants may have another place now; `lost`: none of those that are here may stay open. */
  onChanged(listener: (lost: boolean) => void): () => void;
}

export interface Member {
  readonly id: string;
  /** Where clients and other processes reach it. */
  readonly url: string;
}

/** One process has everything. */
export const ALONE: Placement = { find: () => ({ at: 'here' }), onChanged: () => () => undefined };

/** Rendezvous hashing: a member more or less moves only the tenants that it gains or loses. */
export function memberFor(tenantId: string, members: readonly Member[]): Member | null {
  let best: Member | null = null;
  let highest = '';
  for (const member of members) {
    const score = createHash('sha256').update(`${member.id}|${tenantId}`).digest('hex');
    if (score > highest) [best, highest] = [member, score];
  }
  return best;
}

/** What a socket is told of a tenant that is not here. */
export const socketMove = (place: Place): Problem =>
  movedTo(place.at === 'elsewhere' ? `${place.url.replace(/^http/, 'ws')}/sync` : '');
