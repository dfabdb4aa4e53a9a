export { nodeAead } from './journal/drivers/node-aead.ts';
export { openNodeFiles } from './journal/drivers/node-files.ts';
