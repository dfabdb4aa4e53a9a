/** Test runs share one built template, made again when the schema changes. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const TEMPLATE_CACHE = join(
  fileURLToPath(import.meta.url),
  '../../../../node_modules/.cache/fieldfare-store-tests',
);
