/**
 * FHIR R4 QuestionnaireResponse, alone or in a Bundle, with linkId = item code (the shape of Ontario's assessment
 * exchange). Only what an assessment needs is read; everything else is passed over.
 *
 *  FHIR-JSON      the text is JSON
 *  FHIR-RESOURCE  it holds a QuestionnaireResponse
 *  FHIR-STATUS    only completed and amended responses are assessments
 */
import type { Instrument } from '@fieldfare/domain/assessments';
import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import type { AssessmentFault, StatedAnswer, StatedAssessment } from './response.ts';

/** Canonical addresses of forms. Ontario's is published; ours are for files that this product or a test writes. */
const CANONICALS: Readonly<Record<string, Instrument>> = {
  'http://ontariohealth.ca/fhir/iar/Questionnaire/oh-interrai-contact-assessment': 'interrai-ca',
  'urn:fieldfare:questionnaire:interrai-hc': 'interrai-hc',
  'urn:fieldfare:questionnaire:interrai-ca': 'interrai-ca',
  'urn:fieldfare:questionnaire:interrai-bmhs': 'interrai-bmhs',
};

const MAX_DEPTH = 12;

const identifier = z.looseObject({ value: z.string().optional() });
const reference = z.looseObject({ reference: z.string().optional(), identifier: identifier.optional() });
const fhirAnswer = z.looseObject({
  valueInteger: z.number().optional(),
  valueDecimal: z.number().optional(),
  valueBoolean: z.boolean().optional(),
  valueString: z.string().optional(),
  valueCoding: z.looseObject({ code: z.string().optional() }).optional(),
});
interface FhirItem {
  readonly linkId: string;
  readonly answer?: readonly z.infer<typeof fhirAnswer>[] | undefined;
  readonly item?: readonly FhirItem[] | undefined;
}
const fhirItem: z.ZodType<FhirItem> = z.looseObject({
  linkId: z.string(),
  answer: z.array(fhirAnswer).optional(),
  item: z.array(z.lazy(() => fhirItem)).optional(),
});
const questionnaireResponse = z.looseObject({
  resourceType: z.literal('QuestionnaireResponse'),
  questionnaire: z.string().optional(),
  status: z.string().optional(),
  subject: reference.optional(),
  authored: z.string().optional(),
  item: z.array(fhirItem).optional(),
  contained: z.array(z.unknown()).optional(),
});
const patientResource = z.looseObject({
  resourceType: z.literal('Patient'),
  id: z.string().optional(),
  identifier: z.array(identifier).optional(),
});
const bundle = z.looseObject({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.looseObject({ fullUrl: z.string().optional(), resource: z.unknown().optional() })).optional(),
});

/** Numbers of the patients that a file carries along, by every name a reference may use. */
function patientNumbers(
  resources: readonly { readonly fullUrl?: string | undefined; readonly resource?: unknown }[],
): Map<string, string> {
  const numbers = new Map<string, string>();
  for (const { fullUrl, resource } of resources) {
    const parsed = patientResource.safeParse(resource);
    const value = parsed.success ? parsed.data.identifier?.find((each) => each.value)?.value : undefined;
    if (!parsed.success || value === undefined) continue;
    if (fullUrl !== undefined) numbers.set(fullUrl, value);
    if (parsed.data.id === undefined) continue;
    numbers.set(`Patient/${parsed.data.id}`, value);
    numbers.set(`#${parsed.data.id}`, value);
  }
  return numbers;
}

function numberIn(answer: z.infer<typeof fhirAnswer>): number | null {
  const { valueInteger, valueDecimal, valueBoolean, valueString, valueCoding } = answer;
  if (valueBoolean !== undefined) return valueBoolean ? 1 : 0;
  const stated = valueInteger ?? valueDecimal ?? valueCoding?.code ?? valueString;
  const number = typeof stated === 'string' && /^\d{1,4}$/.test(stated.trim()) ? Number(stated) : stated;
  return typeof number === 'number' && Number.isInteger(number) ? number : null;
}

function answersIn(items: readonly FhirItem[], depth = 0): StatedAnswer[] {
  if (depth > MAX_DEPTH) return [];
  return items.flatMap(({ linkId, answer = [], item = [] }) => [
    ...answer.map((each): StatedAnswer => ({ code: linkId, value: numberIn(each), line: null })),
    ...answersIn(item, depth + 1),
  ]);
}

export function readFhir(text: string): Result<readonly StatedAssessment[]> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail(problem('invalid', 'the file is no JSON', { rule: 'FHIR-JSON' }));
  }
  const whole = bundle.safeParse(json);
  const entries = whole.success ? (whole.data.entry ?? []) : [{ resource: json }];
  const numbers = patientNumbers(entries);
  const found = entries.filter(
    ({ resource }) => (resource as { resourceType?: unknown } | undefined)?.resourceType === 'QuestionnaireResponse',
  );
  if (found.length === 0) {
    return fail(problem('invalid', 'the file holds no QuestionnaireResponse', { rule: 'FHIR-RESOURCE' }));
  }
  return ok(found.map(({ resource }, index) => stated(resource, index + 1, numbers)));
}

function stated(resource: unknown, nth: number, numbers: ReadonlyMap<string, string>): StatedAssessment {
  const parsed = questionnaireResponse.safeParse(resource);
  const fault = (rule: string, message: string): AssessmentFault => ({ nth, line: null, code: null, rule, message });
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
    return {
      nth,
      line: null,
      instrument: null,
      version: '',
      reference: null,
      assessedOn: null,
      amended: false,
      answers: [],
      faults: [fault('FHIR-RESOURCE', `not readable as a QuestionnaireResponse, at ${at}`)],
    };
  }
  const { questionnaire = '', status, subject, authored, item = [], contained = [] } = parsed.data;
  const [canonical = '', version = ''] = questionnaire.split('|');
  const own = new Map([...numbers, ...patientNumbers(contained.map((each) => ({ resource: each })))]);
  const reference = subject?.identifier?.value ?? own.get(subject?.reference ?? '') ?? null;
  return {
    nth,
    line: null,
    instrument: CANONICALS[canonical] ?? null,
    version,
    reference,
    assessedOn: authored?.slice(0, 10) ?? null,
    amended: status === 'amended',
    answers: answersIn(item),
    faults:
      status === 'completed' || status === 'amended'
        ? []
        : [fault('FHIR-STATUS', 'only completed and amended responses are assessments')],
  };
}
