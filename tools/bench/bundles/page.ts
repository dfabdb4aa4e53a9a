/** The bench's page for scenarios: what it measures is asked for from outside. */
import { startBundlesWorker } from '@fieldfare/engine-bundles/many';

Object.assign(window, { bundlesWorker: startBundlesWorker() });
