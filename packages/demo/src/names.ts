/**
 * Names of nobody: family names are words for trees, birds, waters and stones in the languages that Ottawa speaks,
 * given names fit the generation. Any likeness to a person is chance.
 */
import type { Dice } from './dice.ts';

interface NameGroup {
  /** ISO 639 code of the language a bearer likely speaks beside English. */
  readonly language: string;
  readonly weight: number;
  readonly elders: readonly string[];
  readonly younger: readonly string[];
  readonly families: readonly string[];
}

const words = (text: string): readonly string[] => text.split(' ');

const GROUPS: readonly NameGroup[] = [
  {
    language: 'en',
    weight: 40,
    elders: words(
      'Margaret Dorothy Joan Shirley Beverley Marion Eileen Audrey Doreen Norma Harold Kenneth Douglas Gordon Raymond Stanley Walter Murray Lloyd Ronald',
    ),
    younger: words(
      'Emily Jessica Hannah Megan Sarah Kayla Rachel Olivia Brooke Tara Liam Ethan Connor Nathan Tyler Owen Mark Derek Ian Joel',
    ),
    families: words(
      'Alder Ashgrove Birchwood Brook Fernley Finch Greenwood Hawthorne Heron Holloway Juniper Lark Marsh Plover Rowan Sorrel Starling Swift Teal Thornbury Waters Wren Yarrow Woodcock',
    ),
  },
  {
    language: 'fr',
    weight: 20,
    elders: words(
      'Jeannine Thérèse Rolande Lucille Huguette Gisèle Claudette Monique Yvette Fernande Réjean Gaston Marcel Lucien Roland Fernand Aurèle Normand Gérard Rhéal',
    ),
    younger: words(
      'Mélanie Sophie Véronique Josée Chloé Camille Annie Isabelle Noémie Stéphanie Mathieu Sébastien Étienne Luc Patrick Gabriel Simon Félix Yannick Xavier',
    ),
    families: words(
      'Beauchêne Boisclair Boisvert Clairval Delorme Desormeaux Desruisseaux Duchesne Dubouleau Latulipe Lafontaine Larivière Lavigne Lépine Mésange Montclair Pinson Rivard Rochefort Rossignol Sapin Valmont',
    ),
  },
  {
    language: 'ar',
    weight: 8,
    elders: words('Samira Nadia Fatima Salma Georges Elias Hassan Mahmoud Yusuf Antoine'),
    younger: words('Rana Layla Dina Yasmine Hala Karim Omar Sami Tarek Bilal'),
    families: words('Zaytouni Nakhleh Warda Rihan Sanober Nahr Bahri Nasrin Toot Lawzi'),
  },
  {
    language: 'so',
    weight: 5,
    elders: words('Halima Khadija Maryan Asha Abdi Ismail Warsame Hersi'),
    younger: words('Hodan Ifrah Sagal Amina Ayaan Liban Mahad Guled'),
    families: words('Roble Webi Geedi Buurane Dayaxe Cirro Xeebe Doogle'),
  },
  {
    language: 'pa',
    weight: 7,
    elders: words('Harbhajan Surinder Kamla Pushpa Gurdev Mohinder Sarla Balbir'),
    younger: words('Simran Jasleen Priya Anjali Manpreet Arjun Rohan Gurpreet Neha Dev'),
    families: words('Chandan Kamal Vanraj Parvat Neelam Sagar Devdar Kesar Pippal Mor'),
  },
  {
    language: 'zh',
    weight: 6,
    elders: words('Mei-Ling Shu-Fen Yuk Wai-Man Guo Jian Hong Lai'),
    younger: words('Grace Vivian Jun Yan Kevin Ming Lily Wei'),
    families: words('Lin Yang Song Bai He Shan Jiang Tao Mei Ye'),
  },
  {
    language: 'vi',
    weight: 4,
    elders: words('Hanh Lan Tuyet Binh Duc Quang'),
    younger: words('Linh Thao My Minh Khanh Huy'),
    families: words('Lâm Dương Mai Thạch Sơn Hải'),
  },
  {
    language: 'tl',
    weight: 5,
    elders: words('Corazon Erlinda Rosario Teresita Ernesto Rodolfo Benigno Virgilio'),
    younger: words('Jasmine Maricel Liza Kristine Jomar Paolo Angelo Mylene'),
    families: words('Dalisay Bituin Narra Ilog Batis Molave Amihan Kalapati'),
  },
  {
    language: 'es',
    weight: 5,
    elders: words('Mercedes Dolores Lucía Pilar Ramón Hernán Ignacio Octavio'),
    younger: words('Daniela Paola Andrea Lorena Diego Mateo Javier Andrés'),
    families: words('Robles Arroyo Olmos Encina Peñasco Ribera Golondrina Olivares Nogales'),
  },
  {
    language: 'uk',
    weight: 5,
    elders: words('Halyna Lesia Stefania Oksana Bohdan Petro Vasyl Taras'),
    younger: words('Iryna Daria Solomiya Yulia Andriy Maksym Roman Danylo'),
    families: words('Kalyna Dibrova Dubenko Lypa Yavir Horlytsia Ozero Kamin Verba'),
  },
  {
    language: 'yo',
    weight: 4,
    elders: words('Folake Abiola Titilayo Olufemi Adewale Bamidele'),
    younger: words('Temi Funmi Ife Kunle Segun Dayo'),
    families: words('Iroko Odan Okeowo Igbodo Adaba Okuta Eweko Omidan'),
  },
];

export interface PersonName {
  readonly givenName: string;
  readonly familyName: string;
  readonly languages: readonly string[];
}

/** Draws a name; `french` (0–1) is the share of French speakers where the person lives. Full names don't repeat in `taken`. */
export function drawName(dice: Dice, generation: 'elders' | 'younger', french: number, taken: Set<string>): PersonName {
  const others = GROUPS.reduce((sum, group) => sum + (group.language === 'fr' ? 0 : group.weight), 0);
  const weightOf = (group: NameGroup): number =>
    group.language === 'fr' ? (others * french) / (1 - french) : group.weight;
  for (let attempt = 0; ; attempt += 1) {
    const group = dice.weighted(GROUPS, weightOf);
    // A large agency runs out of pairs: then two family names are joined.
    const familyName =
      attempt < 8 ? dice.pick(group.families) : `${dice.pick(group.families)}-${dice.pick(group.families)}`;
    const givenName = dice.pick(group[generation]);
    const full = `${givenName} ${familyName}`;
    if (taken.has(full)) continue;
    taken.add(full);
    const languages = new Set(['en']);
    if (group.language === 'fr' || dice.chance(french / 2)) languages.add('fr');
    languages.add(group.language);
    return { givenName, familyName, languages: [...languages] };
  }
}
