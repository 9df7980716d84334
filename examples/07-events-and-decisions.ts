/**
 * Lesson 7: will it freeze, and is it worth acting on?
 *
 * Hours are joined into trajectories, so that sums, spells and "at any time" have a probability. A question replays the rule
 * "act if it is at least as probable as cost by loss" over the forecasts as they were issued.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  answerQuestion,
  formatInstant,
  importTable,
  openPool,
  openStore,
  predictEvent,
  readPairs,
  replay,
  zoneOf,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-lesson-'));
{
  await using store = await openStore(join(folder, 'garden.db'), { create: true });
  await using pool = openPool();
  const { pairs } = await readPairs([new URL('simulated-garden.csv', import.meta.url).pathname]);
  await importTable(store, pairs, { source: 'simulated', origin: 'simulated', zoneOf, now: Date.now() });
  const { until } = await replay(store, { from: Date.UTC(2024, 10, 1) }, pool);

  const { event, periods, anyTime, coupling } = await predictEvent(store, {
    place: 'Garden',
    event: 'temperature_2m<41°F',
    asOf: until,
  });
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  for (const { end, probability } of periods)
    console.log(`simulated ${event.text} at ${formatInstant(end)}: ${percent(probability)}`);
  console.log(`at any time: ${percent(anyTime.probability)}, by ${coupling.method}`);

  // Fleece for the garden costs a fifth of what a frost would.
  const { targets, decisions, value, expenses } = await answerQuestion(store, {
    place: 'Garden',
    event: 'temperature_2m<0',
    leadHours: 24,
    costLoss: 0.2,
  });
  console.log(`${targets} decisions: ${decisions.right} right, ${decisions.missed} missed`);
  console.log(
    `each cost ${expenses.forecast.toFixed(3)} of a loss, ${expenses.never.toFixed(3)} had one never acted`,
  );
  console.log(`relative economic value ${value.estimate.toFixed(2)}`);
}
rmSync(folder, { recursive: true });
