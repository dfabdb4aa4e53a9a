/** Rule packs for tests: the Contact Assessment's stand-ins once more as data, and a signer. */
import { base64url, CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { Concept } from '../src/assessments/items/concepts.ts';
import type { Condition, Formula } from '../src/assessments/packs/formula.ts';
import type { PackContent, PackRule } from '../src/assessments/packs/pack.ts';
import { BUILT_IN_RUG } from '../src/assessments/rug/pack.ts';

const item = (concept: Concept): Formula => ({ item: concept });
const sumOf = (...concepts: Concept[]): Formula => ({ sum: concepts.map(item) });
const is = (concept: Concept, ...values: number[]): Condition => ({ of: item(concept), in: values });
const atLeast = (of: Formula, least: number): Condition => ({ of, atLeast: least });
const atMost = (of: Formula, most: number): Condition => ({ of, atMost: most });
const term = (name: string): Formula => ({ term: name });

const CARE = {
  name: 'care',
  value: sumOf('ca.bathing', 'ca.bathTransfer', 'ca.hygiene', 'ca.dressLower', 'ca.locomotion'),
};
const HOUSEHOLD = { name: 'household', value: sumOf('ca.meals', 'ca.housework', 'ca.medicines', 'ca.stairs') };
const SELF_RELIANT: Condition = { all: [is('ca.decision', 0), atMost(term('care'), 0)] };
const MORE: Condition = { any: [is('ca.decision', 2), is('helper.overwhelmed', 1)] };

export const PSA: PackRule = {
  kind: 'formula',
  id: 'PSA',
  replaces: 'prov.psa',
  status: 'official',
  label: 'Personal Support Algorithm (1–6)',
  terms: [
    CARE,
    HOUSEHOLD,
    {
      name: 'base',
      value: {
        cases: [
          { when: { all: [SELF_RELIANT, atMost(term('household'), 0)] }, value: 1 },
          { when: atMost(term('care'), 0), value: 2 },
          { when: atMost(term('care'), 2), value: 3 },
          { when: atMost(term('care'), 5), value: 4 },
          { when: atMost(term('care'), 8), value: 5 },
        ],
        otherwise: 6,
      },
    },
  ],
  value: { least: [6, { sum: [term('base'), { count: [MORE] }] }] },
};

export const REHAB: PackRule = {
  kind: 'formula',
  id: 'REHAB',
  replaces: 'prov.rehab',
  status: 'official',
  label: 'Rehabilitation Algorithm (1–5)',
  terms: [CARE, HOUSEHOLD],
  value: {
    cases: [
      { when: { any: [is('ca.palliative', 1), { all: [SELF_RELIANT, atMost(term('household'), 0)] }] }, value: 1 },
      { when: SELF_RELIANT, value: 2 },
      {
        when: { not: is('adl.change', 2) },
        value: { cases: [{ when: atLeast(term('household'), 2), value: 3 }], otherwise: 2 },
      },
      { when: { all: [atLeast(term('household'), 4), atMost(item('ca.decision'), 1)] }, value: 5 },
    ],
    otherwise: 4,
  },
};

const IV = atLeast(item('tx.ivMedication'), 1);
const WOUND = atLeast(item('tx.wound'), 1);
export const SUA: PackRule = {
  kind: 'formula',
  id: 'SUA',
  replaces: 'prov.sua',
  status: 'official',
  label: 'Service Urgency Algorithm (1–4)',
  terms: [
    CARE,
    HOUSEHOLD,
    {
      name: 'reasons',
      value: {
        count: [
          IV,
          WOUND,
          is('pain.frequency', 3),
          atLeast(item('use.lastHospital'), 3),
          atLeast(item('use.emergency'), 1),
        ],
      },
    },
  ],
  value: {
    cases: [
      {
        when: { any: [IV, WOUND] },
        value: { cases: [{ when: atLeast(term('reasons'), 3), value: 4 }], otherwise: 3 },
      },
      { when: SELF_RELIANT, value: 1 },
    ],
    otherwise: {
      recode: term('reasons'),
      to: [
        { in: [0], value: 1 },
        { in: [1], value: 2 },
      ],
      otherwise: 3,
    },
  },
};

export const AUA: PackRule = {
  kind: 'formula',
  id: 'AUA',
  replaces: 'prov.aua',
  status: 'official',
  label: 'Assessment Urgency Algorithm (1–6)',
  terms: [
    CARE,
    HOUSEHOLD,
    {
      name: 'signs',
      value: {
        count: [
          atLeast(item('sym.dyspnoea'), 2),
          is('health.selfRated', 3, 8),
          is('mood.selfSad', 2, 3),
          is('health.unstable', 1),
          is('helper.overwhelmed', 1),
        ],
      },
    },
  ],
  value: {
    cases: [{ when: SELF_RELIANT, value: { least: [4, { sum: [term('signs'), 1] }] } }],
    otherwise: {
      least: [
        6,
        {
          sum: [
            {
              cases: [{ when: { all: [atMost(term('care'), 2), atMost(item('ca.decision'), 1)] }, value: 3 }],
              otherwise: 4,
            },
            { count: [atLeast(term('signs'), 2), MORE] },
          ],
        },
      ],
    },
  },
};

const CAPACITIES: Concept[] = [
  'iadl.meals',
  'iadl.housework',
  'iadl.finance',
  'iadl.medicines',
  'iadl.phone',
  'iadl.stairs',
  'iadl.shopping',
  'iadl.transport',
];
const ADL: Formula = { measure: 'adlHierarchy' };
const MIND: Formula = { measure: 'cognition' };
const FALLS: Formula = { measure: 'falls' };
const ABS: Formula = { measure: 'aggression' };
const WANDERS = atLeast(item('beh.wandering'), 1);
export const PRIORITY: PackRule = {
  kind: 'formula',
  id: 'PRIORITY',
  replaces: 'prov.priority',
  status: 'published',
  label: 'Priority (1–5)',
  terms: [],
  value: {
    cases: [
      { when: { all: [atLeast(ADL, 3), { any: [atLeast(MIND, 3), atLeast(FALLS, 2)] }] }, value: 5 },
      { when: { all: [atLeast(MIND, 3), { any: [WANDERS, atLeast(ABS, 1)] }] }, value: 5 },
      { when: { any: [atLeast(ADL, 3), atLeast(MIND, 3), atLeast(ABS, 3), WANDERS, atLeast(FALLS, 2)] }, value: 4 },
      {
        when: {
          any: [
            atLeast(ADL, 1),
            { of: MIND, in: [2] },
            atLeast(item('iadl.medicines'), 3),
            atLeast(item('iadl.meals'), 4),
            atLeast(item('skin.ulcer'), 2),
          ],
        },
        value: 3,
      },
      { when: { any: CAPACITIES.map((concept) => atLeast(item(concept), 3)) }, value: 2 },
    ],
    otherwise: 1,
  },
};

const { id: _id, version: _version, status: _status, ...GROUPS } = BUILT_IN_RUG;
/** Rehabilitation begins at an hour of therapy. */
export const RUG: PackRule = {
  kind: 'rug',
  id: 'RUG-III-HC',
  replaces: 'prov.rug3hc',
  status: 'official',
  label: 'RUG-III/HC',
  groups: { ...GROUPS, therapyMinutes: 60 },
};

export const ISSUER = 'Test Institute';

export const packOf = (rules: readonly PackRule[], over: Partial<PackContent> = {}): PackContent => ({
  format: 1,
  id: 'test.contact',
  version: '1.0.0',
  issuer: ISSUER,
  issuedOn: '2026-11-01',
  expiresOn: null,
  rules: [...rules],
  ...over,
});

export interface Signer {
  readonly publicKey: string;
  sign(content: unknown, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function createSigner(): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    publicKey: jwk.x ?? '',
    sign: (content, header = {}) =>
      new CompactSign(new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)))
        .setProtectedHeader({ alg: 'EdDSA', kid, ...header })
        .sign(privateKey),
  };
}

export const unsigned = (header: unknown, content: unknown): string =>
  `${base64url.encode(JSON.stringify(header))}.${base64url.encode(JSON.stringify(content))}.`;
