/**
 * Makes the projection's template database (packages/store/template) when the schema or PGlite changed:
 * `pnpm template`. Opening a store from it takes tenths of a second where initdb takes seconds.
 */
import { derivations, tables } from '@fieldfare/domain';
import { ensureTemplate } from '@fieldfare/store/template-node';

const { manifest, built } = await ensureTemplate(tables, derivations);
const size = `${(manifest.bytes / 1_048_576).toFixed(1)} MB`;
console.log(`template ${manifest.schemaHash.slice(0, 12)} ${built ? 'built' : 'is up to date'} (${size})`);
