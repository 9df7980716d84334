// Lesson 5: the loop. A store keeps forecasts as they were issued and outcomes as they became known; the loop predicts,
// scores and learns over it day by day, and says how right it was.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatInstant,
  importTable,
  openPool,
  openStore,
  readPairs,
  replay,
  servedPredictions,
  skillReport,
  zoneOf,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-lesson-'));
{
  await using store = await openStore(join(folder, 'garden.db'), { create: true });
  await using pool = openPool();

  const { pairs } = await readPairs([new URL('simulated-garden.csv', import.meta.url).pathname]);
  const added = await importTable(store, pairs, {
    source: 'simulated',
    origin: 'simulated',
    zoneOf,
    now: Date.now(),
  });
  console.log(`${added.runs} simulated runs and ${added.observations} outcomes are in the store`);

  const { values, scored, until } = await replay(store, { from: Date.UTC(2024, 11, 1) }, pool);
  console.log(`${values} values were predicted day by day, ${scored} of them scored`);

  for (const { model, scores, skill } of await skillReport(store, { by: ['model'] }))
    console.log(`${model}: CRPS ${scores.crps.toFixed(2)}, skill ${(100 * skill.dressed).toFixed(0)} %`);

  // What is served names its experts, its runs and what was learned from.
  const { predictions } = await servedPredictions(store, { places: ['Garden'], asOf: until });
  for (const { validTime, quantiles, provenance } of predictions)
    console.log(
      `${formatInstant(validTime)}: ${quantiles.map((value) => value.toFixed(1)).join(' … ')} °C, ` +
        `mostly by ${provenance.experts[0].name}, from the run of ${formatInstant(provenance.runTime)}`,
    );
}
rmSync(folder, { recursive: true });
