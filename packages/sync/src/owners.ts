/**
 * Whose a client id is: the device's that wrote with it first, as long as that device is registered (SYN-GUARD-OWNER). A device takes a fresh id for
 * every session, so an id is one session of one device, and nobody can have met it before its owner first sent it.
 *
 * Only the server judges by this. The record lies in the tenant's journal, in a stream of its own that no client can name,
 * and is appended in one batch with the first update that claims it: neither is ever there without the other. A laptop
 * writes such a record only when it compacts a shard, to remember which sessions were its own.
 */
import type { ShardId } from '@fieldfare/kernel';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { Owner } from './guard.ts';
import type { JournalRecord, StoredRecord } from './types.ts';

/** The stream of owner records. */
export const CLIENTS_STREAM: ShardId = 'private/clients';

/** The server itself; in a laptop's journal, the laptop. No device and no user has this name. */
export const SERVER: Holder = { device: '', user: '' };

/** Who has a client id. */
export interface Holder {
  readonly device: string;
  readonly user: string;
}

/** The content of an `owner` record. */
export function encodeClients({ device, user }: Holder, clients: Iterable<number>): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, device);
  encoding.writeVarString(encoder, user);
  for (const client of clients) encoding.writeVarUint(encoder, client);
  return encoding.toUint8Array(encoder);
}

export function decodeClients(bytes: Uint8Array): { readonly holder: Holder; readonly clients: readonly number[] } {
  const decoder = decoding.createDecoder(bytes);
  const holder = { device: decoding.readVarString(decoder), user: decoding.readVarString(decoder) };
  const clients: number[] = [];
  while (decoding.hasContent(decoder)) clients.push(decoding.readVarUint(decoder));
  return { holder, clients };
}

export interface Owners {
  ownerOf(client: number, sender: Holder): Owner;
  /** Takes the ids, from now on in memory and, when the record is appended, for ever. */
  claim(clients: readonly number[], holder: Holder): JournalRecord;
  /** Everything known, one record a holder. */
  records(): readonly JournalRecord[];
}

/** `isGone`: the device is registered no more. What it began, its user may go on with on another one. */
export function createOwners(stored: readonly StoredRecord[], isGone: (device: string) => boolean): Owners {
  const owners = new Map<number, Holder>();
  const record = (holder: Holder, clients: Iterable<number>): JournalRecord => ({
    shard: CLIENTS_STREAM,
    kind: 'owner',
    bytes: encodeClients(holder, clients),
  });
  for (const { kind, bytes } of stored) {
    if (kind !== 'owner') continue;
    const { holder, clients } = decodeClients(bytes);
    for (const client of clients) owners.set(client, holder);
  }
  return {
    ownerOf(client, sender) {
      const owner = owners.get(client);
      if (owner === undefined) return 'nobody';
      if (owner.device === sender.device) return 'sender';
      return owner.user === sender.user && owner.device !== SERVER.device && isGone(owner.device) ? 'heir' : 'other';
    },
    claim(clients, holder) {
      for (const client of clients) owners.set(client, holder);
      return record(holder, clients);
    },
    records() {
      const byHolder = new Map<string, { readonly holder: Holder; readonly clients: number[] }>();
      for (const [client, holder] of owners) {
        const key = `${holder.device}\n${holder.user}`;
        const known = byHolder.get(key);
        if (known === undefined) byHolder.set(key, { holder, clients: [client] });
        else known.clients.push(client);
      }
      return [...byHolder.values()].map(({ holder, clients }) => record(holder, clients));
    },
  };
}
