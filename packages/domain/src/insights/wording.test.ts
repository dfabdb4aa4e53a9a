import { describe, expect, it } from 'vitest';
import type { WeekOutcomes } from './measures.ts';
import { OUTCOMES } from './wording.ts';

const none = { value: null, part: 0, of: 0 };
const week: WeekOutcomes = {
  uncovered: { value: 0.125, part: 1, of: 8 },
  daysToFirstVisit: { value: 1.5, part: 3, of: 2 },
  waitingForFirst: 1,
  continuity: { value: 0.625, part: 5, of: 8 },
  travelPerVisit: { value: 12.25, part: 49, of: 4 },
  overtime: { value: 0.1, part: 90, of: 900 },
  use: { value: 0.5, part: 450, of: 900 },
  partnerShare: none,
};

describe('outcomes in words', () => {
  it.each([
    ['uncovered', '12.5 %', '1 of 8 visits'],
    ['daysToFirstVisit', '1.5', '2 new services, 1 still waiting'],
    ['continuity', '0.63', 'over 8 patients'],
    ['travelPerVisit', '12.3 min', '0.8 h for 4 visits'],
    ['overtime', '1.5 h', 'capacity 15 h'],
    ['use', '50.0 %', '7.5 h of 15 h'],
    ['partnerShare', '–', '0 h of 0 h'],
  ])('says %s', (key, text, detail) => {
    const wording = OUTCOMES.find((each) => each.key === key);
    const said = [wording?.text(week), wording?.detail(week)].map((each) => each?.replaceAll('\u00a0', ' '));
    expect(said).toEqual([text, detail]);
  });

  it('has words for every measure', () => {
    expect(OUTCOMES.map(({ key }) => key).sort()).toEqual(
      Object.keys(week)
        .filter((key) => key !== 'waitingForFirst')
        .sort(),
    );
  });
});
