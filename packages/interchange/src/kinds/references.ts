/** Fields that requirements and visits share: whose, which service, by whom. */
import type { PRIORITIES, PROVIDER_PREFERENCES, ServiceType, StartWindow } from '@fieldfare/domain/tables';
import { bad, type Cell, choice, fold, good, text } from './cells.ts';
import type { Field } from './kind.ts';
import { referenceKey } from './lookup.ts';
import { clock, readWeeklyTimes, writeDays } from './weekly-times.ts';

const PROVIDER: Readonly<Record<(typeof PROVIDER_PREFERENCES)[number], readonly string[]>> = {
  own: ['own staff', 'internal', 'interne', 'nous'],
  partner: ['partners', 'external', 'sspo', 'partenaire', 'externe'],
  any: ['either', 'both', 'indifférent', 'tous', 'no preference'],
};
const PRIORITY: Readonly<Record<(typeof PRIORITIES)[number], readonly string[]>> = {
  routine: ['normal', 'low', 'normale', 'courante'],
  high: ['élevée', 'haute', 'important'],
  urgent: ['urgente', 'emergency'],
};

/** Optional: a file that names regions must not be imported into another one by mistake. */
export const regionField: Field = {
  key: 'region',
  label: 'Region',
  labelFr: 'Région',
  required: false,
  synonyms: ['office', 'branch', 'bureau', 'district'],
  format: 'the name of the region that the file is imported into',
  example: '',
  read: (cell, lookup) => {
    const { id, name } = lookup.context.region;
    return cell === id || fold(cell) === fold(name) ? good(id) : bad(`"${name}": one import is for one region`);
  },
};

export const patientField: Field = {
  key: 'patient',
  label: 'Patient number',
  labelFr: 'Numéro du patient',
  required: true,
  synonyms: [
    'patient',
    'patient reference',
    'patient id',
    'client',
    'client id',
    'client number',
    'no client',
    'référence du patient',
  ],
  format: 'the number of a patient of this region',
  example: 'P-00001',
  read: (cell, lookup) => {
    const patient = lookup.patientsByReference.get(referenceKey(cell));
    return patient ? good(patient) : bad('the number of a patient who is already in this region');
  },
};

export const serviceField: Field = {
  key: 'service',
  label: 'Service',
  labelFr: 'Service',
  required: true,
  synonyms: ['service type', 'service code', 'type de service', 'care type', 'discipline', 'soin'],
  format: 'code or name of a service type',
  example: 'psw',
  read: (cell, lookup): Cell<ServiceType> => {
    const service = lookup.services.get(fold(cell));
    return service ? good(service) : bad(`one of ${lookup.context.serviceTypes.map(({ code }) => code).join(', ')}`);
  },
};

export const providerField: Field = {
  key: 'providerPreference',
  label: 'Provider',
  labelFr: 'Fournisseur',
  required: false,
  synonyms: ['provider preference', 'provider type', 'préférence de fournisseur'],
  format: 'own, partner or any; any when left out',
  example: 'any',
  read: choice(PROVIDER),
};

export const priorityField: Field = {
  key: 'priority',
  label: 'Priority',
  labelFr: 'Priorité',
  required: false,
  synonyms: ['urgency', 'urgence'],
  format: 'routine, high or urgent; routine when left out',
  example: 'routine',
  read: choice(PRIORITY),
};

export const orderField: Field = {
  key: 'reference',
  label: 'Reference',
  labelFr: 'Référence',
  required: false,
  synonyms: ['order', 'order number', 'authorization', 'id', 'commande', 'numéro de commande'],
  format: 'your own number for this line, or the id an export wrote; left out: the order in the file tells lines apart',
  example: '',
  read: text(64),
};

export const WINDOWS_FORMAT = 'start windows such as "Mon,Wed,Fri 08:00-10:00"';

export function startWindows(cell: string): Cell<StartWindow[]> {
  const times = readWeeklyTimes(cell);
  if (!times) return bad(WINDOWS_FORMAT);
  if (times.some(({ from, to }) => to < from || to === 1440)) return bad('windows that end later on the same day');
  if (times.length > 14) return bad('at most 14 windows');
  return good(
    times.map(({ weekdays, daysGiven, from, to }) => ({
      weekdays: daysGiven ? [...weekdays] : [],
      from: clock(from),
      to: clock(to),
    })),
  );
}

export const writeWindows = (windows: readonly StartWindow[]): string =>
  windows.map(({ weekdays, from, to }) => `${writeDays(weekdays)} ${from}-${to}`.trim()).join('; ');
