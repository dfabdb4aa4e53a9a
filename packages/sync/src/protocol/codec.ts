/** Binary messages from a schema kept as data, over lib0's variable-length integers. Decoding never throws. */
import { fail, ok, type Problem, problem, type Result } from '@fieldfare/kernel';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { z } from 'zod';

/** Longest text of a message: an access token with room to spare. */
const MAX_TEXT_BYTES = 16 * 1024;

/** Of a receipt. */
export const SEAL_BYTES = 16;

const PROBLEM_CODES = [
  'invalid',
  'not-found',
  'forbidden',
  'unauthenticated',
  'conflict',
  'busy',
  'offline',
  'storage-full',
  'storage-failed',
  'corrupt',
  'too-large',
  'unsupported',
  'cancelled',
] as const satisfies readonly Problem['code'][];

const problemSchema = z.object({
  code: z.enum(PROBLEM_CODES),
  message: z.string().max(2000),
  rule: z.string().max(100).optional(),
  path: z
    .array(z.union([z.string().max(200), z.number()]))
    .max(32)
    .optional(),
});

/** What a part of a message is made of. */
interface PartTypes {
  /** Whole number from 0 to 2⁵³−1. */
  uint: number;
  text: string;
  bytes: Uint8Array;
  /** JSON text of code, message, rule and path; `params` stay at home. */
  problem: Problem;
  access: 'read' | 'write';
  /** SEAL_BYTES at the end of the frame, where stock y-protocols readers do not look; may be left out. */
  seal: Uint8Array;
  /** Yjs client → clock: a count, then pairs; the same bytes as a Yjs state vector. */
  clocks: ReadonlyMap<number, number>;
}
export type PartKind = keyof PartTypes;

export interface MessageSchema {
  /** Leading numbers that tell it from the others. */
  readonly head: readonly number[];
  readonly parts: Readonly<Record<string, PartKind>>;
}
export type Schema = Readonly<Record<string, MessageSchema>>;

/** The union of messages of a schema: `{ type: name, …parts }`. */
export type MessageOf<S extends Schema> = {
  [Name in keyof S & string]: { readonly type: Name } & {
    readonly [Part in keyof S[Name]['parts'] as S[Name]['parts'][Part] extends 'seal'
      ? never
      : Part]: PartTypes[S[Name]['parts'][Part]];
  } & {
    readonly [Part in keyof S[Name]['parts'] as S[Name]['parts'][Part] extends 'seal' ? Part : never]?: Uint8Array;
  };
}[keyof S & string];

interface Shape {
  readonly type: string;
  readonly head: readonly number[];
  readonly parts: readonly (readonly [name: string, kind: PartKind])[];
}

/** A schema as it is best read: leading numbers lead to a message. No head is the beginning of another. */
type Heads = Map<number, Shape | Heads>;
interface Compiled {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly heads: Heads;
}

const compiled = new WeakMap<Schema, Compiled>();

function compile(schema: Schema): Compiled {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const shapes = new Map<string, Shape>();
  const heads: Heads = new Map();
  for (const [type, { head, parts }] of Object.entries(schema)) {
    const shape = { type, head, parts: Object.entries(parts) };
    shapes.set(type, shape);
    let at = heads;
    for (const number of head.slice(0, -1)) {
      const next = at.get(number);
      const deeper: Heads = next instanceof Map ? next : new Map();
      at.set(number, deeper);
      at = deeper;
    }
    at.set(head.at(-1) as number, shape);
  }
  const made = { shapes, heads };
  compiled.set(schema, made);
  return made;
}

export function writeMessage(encoder: encoding.Encoder, schema: Schema, message: { readonly type: string }): void {
  const shape = compile(schema).shapes.get(message.type) as Shape;
  for (const number of shape.head) encoding.writeVarUint(encoder, number);
  const parts = message as unknown as Readonly<Record<string, unknown>>;
  for (const [name, kind] of shape.parts) {
    if (parts[name] !== undefined) WRITERS[kind](encoder, parts[name] as never);
  }
}

const WRITERS: { readonly [Kind in PartKind]: (encoder: encoding.Encoder, value: PartTypes[Kind]) => void } = {
  uint: encoding.writeVarUint,
  text: encoding.writeVarString,
  bytes: encoding.writeVarUint8Array,
  problem: (encoder, { code, message, rule, path }) =>
    encoding.writeVarString(encoder, JSON.stringify({ code, message, rule, path })),
  access: (encoder, access) => encoding.writeVarUint(encoder, access === 'write' ? 1 : 0),
  seal: encoding.writeUint8Array,
  clocks: (encoder, clocks) => {
    encoding.writeVarUint(encoder, clocks.size);
    for (const [client, clock] of clocks) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, clock);
    }
  },
};

/** Thrown inside this file only, like lib0's own errors, and caught in `readMessage`. */
class Malformed extends Error {}

/**
 * `length` bytes as a copy. lib0 would cut them from the underlying buffer, beyond the end of ours: with Node's pooled
 * buffers a wrong length would read somebody else's memory.
 */
function take(decoder: decoding.Decoder, limit: number): Uint8Array {
  const length = decoding.readVarUint(decoder);
  if (length > limit || length > decoder.arr.length - decoder.pos) throw new Malformed();
  const bytes = decoder.arr.slice(decoder.pos, decoder.pos + length);
  decoder.pos += length;
  return bytes;
}

const untext = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const readText = (decoder: decoding.Decoder): string => untext.decode(take(decoder, MAX_TEXT_BYTES));

const READERS: { readonly [Kind in PartKind]: (decoder: decoding.Decoder) => PartTypes[Kind] } = {
  uint: (decoder) => decoding.readVarUint(decoder),
  text: readText,
  bytes: (decoder) => take(decoder, Number.POSITIVE_INFINITY),
  problem: (decoder) => {
    const { code, message, rule, path } = problemSchema.parse(JSON.parse(readText(decoder)));
    return problem(code, message, { ...(rule === undefined ? {} : { rule }), ...(path === undefined ? {} : { path }) });
  },
  access: (decoder) => {
    const access = decoding.readVarUint(decoder);
    if (access > 1) throw new Malformed();
    return access === 1 ? 'write' : 'read';
  },
  seal: (decoder) => {
    const bytes = decoder.arr.slice(decoder.pos, decoder.pos + SEAL_BYTES);
    if (bytes.length < SEAL_BYTES) throw new Malformed();
    decoder.pos += SEAL_BYTES;
    return bytes;
  },
  clocks: (decoder) => {
    const count = decoding.readVarUint(decoder);
    const clocks = new Map<number, number>();
    if (count > (decoder.arr.length - decoder.pos) / 2) throw new Malformed();
    for (let i = 0; i < count; i++) clocks.set(decoding.readVarUint(decoder), decoding.readVarUint(decoder));
    return clocks;
  },
};

/** Reads leading numbers until they name one message. */
function readHead(decoder: decoding.Decoder, heads: Heads): Shape {
  let at: Shape | Heads | undefined = heads;
  while (at instanceof Map) at = at.get(decoding.readVarUint(decoder));
  if (at === undefined) throw new Malformed();
  return at;
}

/** One message that fills the rest of the bytes. */
export function readMessage<S extends Schema>(decoder: decoding.Decoder, schema: S): Result<MessageOf<S>> {
  try {
    const { type, parts } = readHead(decoder, compile(schema).heads);
    const message: Record<string, unknown> = { type };
    for (const [name, kind] of parts) {
      if (kind !== 'seal' || decoding.hasContent(decoder)) message[name] = READERS[kind](decoder);
    }
    if (decoding.hasContent(decoder)) throw new Malformed();
    return ok(message as unknown as MessageOf<S>);
  } catch {
    return fail(problem('corrupt', 'the message cannot be read', { rule: 'SYN-WIRE-DECODE' }));
  }
}
