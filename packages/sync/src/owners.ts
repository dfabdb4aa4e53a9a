/**
 * Whose a client id is: the device's that wrote with it first, for ever (SYN-GUARD-OWNER). A device takes a fresh id for
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

/** The server itself, as an owner. No device has this name. */
export const SERVER = '';

/** The content of an `owner` record. */
export function encodeClients(device: string, clients: Iterable<number>): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, device);
  for (const client of clients) encoding.writeVarUint(encoder, client);
  return encoding.toUint8Array(encoder);
}

export function decodeClients(bytes: Uint8Array): { readonly device: string; readonly clients: readonly number[] } {
  const decoder = decoding.createDecoder(bytes);
  const device = decoding.readVarString(decoder);
  const clients: number[] = [];
  while (decoding.hasContent(decoder)) clients.push(decoding.readVarUint(decoder));
  return { device, clients };
}

export interface Owners {
  ownerOf(client: number, device: string): Owner;
  /** Takes the ids, from now on in memory and, when the record is appended, for ever. */
  claim(clients: readonly number[], device: string): JournalRecord;
  /** Everything known, one record a device. */
  records(): readonly JournalRecord[];
}

export function createOwners(stored: readonly StoredRecord[]): Owners {
  const owners = new Map<number, string>();
  const take = (clients: readonly number[], device: string): void => {
    for (const client of clients) owners.set(client, device);
  };
  const record = (device: string, clients: Iterable<number>): JournalRecord => ({
    shard: CLIENTS_STREAM,
    kind: 'owner',
    bytes: encodeClients(device, clients),
  });
  for (const { kind, bytes } of stored) {
    if (kind !== 'owner') continue;
    const { device, clients } = decodeClients(bytes);
    take(clients, device);
  }
  return {
    ownerOf(client, device) {
      const owner = owners.get(client);
      return owner === undefined ? 'nobody' : owner === device ? 'sender' : 'other';
    },
    claim(clients, device) {
      take(clients, device);
      return record(device, clients);
    },
    records() {
      const byDevice = new Map<string, number[]>();
      for (const [client, device] of owners) {
        const clients = byDevice.get(device);
        if (clients === undefined) byDevice.set(device, [client]);
        else clients.push(client);
      }
      return [...byDevice].map(([device, clients]) => record(device, clients));
    },
  };
}
