/** Builds dist/, which is what the npm package holds: JavaScript, declarations and the sample. */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, root));

// A file that was renamed or removed in src/ must not live on in the package.
rmSync(path('dist'), { recursive: true, force: true });

const { status } = spawnSync(
  process.execPath,
  [path('node_modules/typescript/bin/tsc'), '--project', path('tsconfig.build.json')],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);

// The sample travels along, so that its package (42 MB, nearly all of it other data) need not.
cpSync(path('node_modules/vega-datasets/data/weather.csv'), path('dist/sample/weather.csv'));
