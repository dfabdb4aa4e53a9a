/** Protocols of health, nutrition, medicines and prevention. */
import { fallsIn90Of } from '../scales/health.ts';
import { count } from '../scales/rule.ts';
import { cap, exhibited, newDeliriumSigns, provisionalCap, total } from './cap.ts';

export const falls = cap('falls', 'Falls', (items) => {
  const number = fallsIn90Of(items);
  return number >= 2 ? 'high' : number === 1 ? 'medium' : 'none';
});

export const pain = cap('pain', 'Pain', (items) => {
  const [frequency = 0, intensity = 0] = items.all('pain.frequency', 'pain.intensity');
  if (intensity >= 3) return 'high';
  return frequency === 3 ? 'medium' : 'none';
});

export const pressureUlcer = cap('pressureUlcer', 'Pressure ulcer', (items) => {
  const [ulcer = 0, bed = 0, transfer = 0, prior, collection, other, wound = 0] = items.all(
    'skin.ulcer',
    'adl.bedMobility',
    'adl.toiletTransfer',
    'skin.prior',
    'cont.collection',
    'skin.otherUlcer',
    'tx.wound',
  );
  if (ulcer >= 2) return 'heal';
  if (ulcer === 1) return 'prevent-stage1';
  const dependent = total(bed) || total(transfer);
  return dependent && (prior === 1 || collection === 2 || other === 1 || wound >= 1) ? 'prevent-risk' : 'none';
});

/** These forms have no item on the pulse. */
export const cardiorespiratory = provisionalCap('cardiorespiratory', 'Heart and breathing', (items) => {
  const [chest, breath = 0, dizzy] = items.all('sym.chestPain', 'sym.dyspnoea', 'sym.dizzy');
  return exhibited(chest) || breath >= 1 || exhibited(dizzy) ? 'triggered' : 'none';
});

/** These forms have no item on fainting. */
export const dehydration = provisionalCap('dehydration', 'Dehydration', (items) => {
  const [dehydrated, low, weight] = items.all('nut.dehydrated', 'nut.lowFluid', 'nut.weightLoss');
  const symptoms = items.all('sym.diarrhoea', 'sym.vomiting', 'sym.fever', 'sym.dizzy', 'sym.constipation');
  const worse = symptoms.some(exhibited) || weight === 1 || newDeliriumSigns(items) >= 1;
  if (dehydrated !== 1 && low !== 1) return 'none';
  return worse ? 'high' : 'low';
});

/** The manual's section is not known. */
export const undernutrition = provisionalCap('undernutrition', 'Undernutrition', (items) => {
  const [weight, less] = items.all('nut.weightLoss', 'nut.lessIntake');
  if (weight === 1 && less === 1) return 'high';
  return weight === 1 || less === 1 ? 'medium' : 'none';
});

export const medications = cap('medications', 'Medicines', (items) => {
  const [number = 0, chest, dizzy, oedema, breath = 0, health, overall] = items.all(
    'med.count',
    'sym.chestPain',
    'sym.dizzy',
    'sym.oedema',
    'sym.dyspnoea',
    'health.selfRated',
    'overall.change',
  );
  const signs = count(exhibited(chest), exhibited(dizzy), exhibited(oedema), breath >= 1, health === 3, overall === 2);
  return number >= 9 && signs >= 2 ? 'high' : 'none';
});

export const prevention = cap('prevention', 'Prevention', (items) => {
  const done = items.all(
    'prev.pressure',
    'prev.colonoscopy',
    'prev.dental',
    'prev.eyes',
    'prev.hearing',
    'prev.flu',
    'prev.pneumococcal',
  );
  const [sex, breast, visits = 0] = items.all('person.sex', 'prev.breast', 'use.physician');
  const lacks = done.includes(0) || (sex === 2 && breast === 0);
  if (!lacks) return 'none';
  return visits >= 1 ? 'visit-missed' : 'no-visit';
});

/** These forms have no items on cutting back or morning drinks. */
export const tobaccoAlcohol = provisionalCap('tobaccoAlcohol', 'Tobacco and alcohol', (items) => {
  const [tobacco = 0, drinks = 0] = items.all('habit.tobacco', 'habit.drinks');
  return tobacco >= 1 || drinks >= 3 ? 'triggered' : 'none';
});
