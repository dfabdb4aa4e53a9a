/** Joins class names; CSS modules type theirs as possibly undefined. */
export const cx = (...names: readonly (string | false | null | undefined)[]): string => names.filter(Boolean).join(' ');
