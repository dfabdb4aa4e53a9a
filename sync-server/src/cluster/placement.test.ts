import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Member, memberFor, socketMove } from './placement.ts';

const members = (count: number): Member[] =>
  Array.from({ length: count }, (_, i) => ({ id: randomUUID(), url: `https://${i}.example.org` }));
const tenants = Array.from({ length: 600 }, () => randomUUID() as string);

describe('placement', () => {
  it('SRV-PLACE: every member gets about its share, in whatever order the members are known', () => {
    const all = members(4);
    const counts = new Map<string, number>();
    for (const tenant of tenants) {
      const member = memberFor(tenant, all);
      expect(memberFor(tenant, all.toReversed())).toBe(member);
      counts.set(member?.id ?? '', (counts.get(member?.id ?? '') ?? 0) + 1);
    }
    expect(counts.size).toBe(4);
    for (const count of counts.values()) expect(count).toBeGreaterThan(80);
  });

  it('SRV-PLACE: a member that goes moves its own tenants only; one that comes takes its own only', () => {
    const all = members(5);
    const [gone, ...left] = all;
    for (const tenant of tenants) {
      const before = memberFor(tenant, all);
      const after = memberFor(tenant, left);
      if (before !== gone) expect(after).toBe(before);
      else expect(left).toContain(after);
    }
  });

  it('SRV-PLACE: with no member a tenant is nowhere, and sockets are told where they are served', () => {
    expect(memberFor('t', [])).toBeNull();
    expect(socketMove({ at: 'elsewhere', url: 'https://a.example.org' }).params).toEqual({
      url: 'wss://a.example.org/sync',
    });
    expect(socketMove({ at: 'nowhere' }).params).toEqual({ url: '' });
  });
});
