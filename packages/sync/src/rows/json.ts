/** Questions about plain JSON values: is it one, are two equal, which comes first. */
import type { JsonValue } from '@fieldfare/kernel';

/** Deepest nesting of a stored value. Our own tables need 3. */
export const MAX_DEPTH = 16;

/** Names that every plain object inherits (`__proto__`, `constructor`, …): as a key they mean something else. */
const INHERITED: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

export const isInheritedName = (name: string): boolean => INHERITED.has(name);

/**
 * Whether `value` is JSON that can be stored and read back as it is: finite numbers, no `undefined`, no binary, no
 * foreign prototypes, no inherited names as keys, at most `depth` levels.
 */
export function isPlainJson(value: unknown, depth: number = MAX_DEPTH): value is JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object': {
      if (value === null) return true;
      if (depth === 0) return false;
      if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth - 1));
      return (
        isPlainObject(value) &&
        Object.entries(value).every(([key, item]) => !INHERITED.has(key) && isPlainJson(item, depth - 1))
      );
    }
    default:
      return false;
  }
}

/**
 * An object made by `{}`. A decoder that meets the key `__proto__` does not store it but changes the prototype; this
 * is how such an object is told.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** JSON text with sorted keys: equal values have equal text on every machine. */
export function stableText(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`;
  const object = value as Readonly<Record<string, JsonValue>>;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stableText(object[key] as JsonValue)}`);
  return `{${members.join(',')}}`;
}

export function sameValue(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return stableText(a) === stableText(b);
}
