/**
 * Lesson 2: how right was it here?
 *
 * A back-test replays history: at each time the model is fitted to what was known, predicts, and is scored when the
 * outcome comes in. The table below is simulated: a forecast that is 2 °C too warm and too sure of itself.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backtest, formatInstant, openPool, readPairs, seededRandom } from '../src/index.ts';

const random = seededRandom('lesson 2');
/** Roughly normal: the sum of twelve uniform numbers. */
const noise = () => Array.from({ length: 12 }, random).reduce((sum, u) => sum + u, -6);
const day = 86_400_000;
const lines = [
  'place,latitude,longitude,elevation,init_time,valid_time,variable,unit,member_1,member_2,member_3,observation',
];
for (let i = 0; i < 400; i++) {
  const valid = Date.UTC(2024, 0, 1) + i * day;
  const truth = 10 - 8 * Math.cos((2 * Math.PI * i) / 365) + 3 * noise();
  const centre = truth + 2 + 1.5 * noise();
  const members = [0, 1, 2].map(() => (centre + 0.5 * noise()).toFixed(1));
  lines.push(
    `Garden,52.1,11.6,79,${formatInstant(valid - day)},${formatInstant(valid)},temperature_2m,°C,${members.join(',')},${truth.toFixed(1)}`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'lesson-'));
try {
  const file = join(folder, 'simulated-garden.csv');
  await writeFile(file, `${lines.join('\n')}\n`);
  const { pairs } = await readPairs([file]);
  await using pool = openPool();
  const result = await backtest(pairs, { model: 'emos', window: { dates: 60 } }, pool);
  console.log('simulated targets', result.targets, 'fallbacks', result.fallbacks);
  console.log(
    'raw  CRPS',
    result.references.raw.crps.toFixed(3),
    'bias',
    result.references.raw.bias.toFixed(2),
  );
  console.log('emos CRPS', result.scores.crps.toFixed(3), 'bias', result.scores.bias.toFixed(2));
  console.log('90 % interval held', (100 * result.scores.coverage90).toFixed(0), '% of the outcomes');
  const [low, high] = result.skillInterval.dressed;
  console.log(
    'skill against the dressed forecast',
    result.skill.dressed.toFixed(2),
    `(${low.toFixed(2)} … ${high.toFixed(2)})`,
  );
} finally {
  await rm(folder, { recursive: true });
}
