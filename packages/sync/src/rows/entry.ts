/**
 * The shape of a stored entry, checked by hand: an update may hold thousands, and the answer must name the place.
 * What it promises to the fold: names and nodes are harmless as keys, every field has a stamp, the context covers
 * every stamp the entry carries.
 */
import { fail, isHlc, nodeOf, ok, problem, type Result } from '@fieldfare/kernel';
import type { RowEntry } from '../types.ts';
import { momentOf } from './fold.ts';
import { isInheritedName, isPlainJson, isPlainObject } from './json.ts';

/** Fields of a row, known or not. */
export const MAX_FIELDS = 256;
/** Nodes of a context: sessions that ever wrote the row. */
export const MAX_NODES = 4096;
/** Unsettled candidates of one field. */
export const MAX_SIBLINGS = 256;

const FIELD = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const NODE = /^[0-9a-z]{1,11}$/; // 53 bits in base 36
const MOMENT = /^[0-9a-f]{12}-[0-9a-f]{4}$/;
const MAX_KEY = 200;
const MAX_USER = 200;
const MEMBERS: ReadonlySet<string> = new Set(['k', 'f', 's', 'c', 'by', 'u', 'v', 'x']);

export const isFieldName = (name: string): boolean => FIELD.test(name) && !isInheritedName(name);

export const isRowKey = (key: unknown): key is string =>
  typeof key === 'string' && key.length > 0 && key.length <= MAX_KEY && !isInheritedName(key);

/** Whether an entry, well formed otherwise, has no more parts than a peer takes. */
export const isWithinBounds = ({ f, c, x = {} }: RowEntry): boolean =>
  Object.keys(c).length <= MAX_NODES &&
  Math.max(Object.keys(f).length, Object.keys(x).length) <= MAX_FIELDS &&
  Object.values(x).every((candidates) => candidates.length <= MAX_SIBLINGS);

const bad = (message: string, ...path: (string | number)[]): Result<never> =>
  fail(problem('invalid', message, { rule: 'SYN-GUARD-ENTRY', path }));

export function parseEntry(raw: unknown): Result<RowEntry> {
  if (!isPlainObject(raw)) return bad('an entry is not an object');
  const { k, f, s, c, by, u, v, x } = raw;
  for (const name of Object.keys(raw)) if (!MEMBERS.has(name)) return bad('an entry has an unknown member');
  if (!isRowKey(k)) return bad('not a row key', 'k');
  if (typeof by !== 'string' || by.length === 0 || by.length > MAX_USER) return bad('not a user', 'by');
  if (typeof v !== 'number' || !Number.isSafeInteger(v) || v < 1) return bad('not a table version', 'v');
  if (!isPlainObject(f) || !isPlainObject(s) || !isPlainObject(c)) return bad('a part of an entry is not an object');
  if (u !== undefined && !isPlainObject(u)) return bad('not users by node', 'u');
  if (x !== undefined && !isPlainObject(x)) return bad('not siblings by field', 'x');

  const nodes = Object.keys(c);
  if (nodes.length === 0 || nodes.length > MAX_NODES) return bad('a context has too few or too many nodes', 'c');
  for (const node of nodes) {
    const moment = c[node];
    if (!NODE.test(node) || isInheritedName(node)) return bad('not a node', 'c');
    if (typeof moment !== 'string' || !MOMENT.test(moment)) return bad('not a moment', 'c', node);
  }
  const stamped = (stamp: unknown): boolean => {
    if (!isHlc(stamp)) return false;
    const node = nodeOf(stamp);
    const seen = Object.hasOwn(c, node) ? c[node] : undefined;
    return typeof seen === 'string' && seen >= momentOf(stamp);
  };

  const fields = Object.keys(f);
  if (fields.length > MAX_FIELDS) return bad('an entry has too many fields', 'f');
  if (Object.keys(s).length !== fields.length) return bad('stamps and fields differ', 's');
  for (const field of fields) {
    if (!isFieldName(field)) return bad('not a field name', 'f');
    if (!isPlainJson(f[field])) return bad('not a plain value', 'f', field);
    if (!Object.hasOwn(s, field) || !stamped(s[field]))
      return bad('a field without a stamp the context covers', 's', field);
  }
  if (u !== undefined) {
    for (const [writer, user] of Object.entries(u)) {
      if (!NODE.test(writer) && !isHlc(writer)) return bad('not a node or a stamp', 'u');
      if (typeof user !== 'string' || user.length > MAX_USER) return bad('not a user', 'u', writer);
    }
  }
  if (x !== undefined) {
    const besides = Object.keys(x);
    if (besides.length > MAX_FIELDS) return bad('an entry has too many fields', 'x');
    for (const field of besides) {
      const candidates = x[field];
      if (!isFieldName(field)) return bad('not a field name', 'x');
      if (!Array.isArray(candidates) || candidates.length === 0 || candidates.length > MAX_SIBLINGS) {
        return bad('too few or too many siblings', 'x', field);
      }
      for (const candidate of candidates) {
        if (!Array.isArray(candidate) || candidate.length !== 2) return bad('not a sibling', 'x', field);
        if (!isPlainJson(candidate[0])) return bad('not a plain value', 'x', field);
        if (!stamped(candidate[1])) return bad('a sibling without a stamp the context covers', 'x', field);
      }
    }
  }
  return ok(raw as unknown as RowEntry);
}
