/**
 * Lesson 2: how right was it here?
 *
 * A back-test replays history: at each time the model is fitted to what was known, predicts, and is scored when the
 * outcome comes in. The table is simulated: an ensemble that is 2 °C too warm and too sure of itself.
 */
import { fileURLToPath } from 'node:url';
import { backtest, openPool, readPairs } from '../src/index.ts';

const { pairs } = await readPairs([fileURLToPath(new URL('simulated-garden.csv', import.meta.url))]);
await using pool = openPool();
const result = await backtest(pairs, { model: 'emos', window: { dates: 60 }, by: ['lead'] }, pool);

console.log('simulated targets', result.targets, 'answered by a simpler model', result.fallbacks);
console.log('90 % intervals held', (100 * result.scores.coverage90).toFixed(0), '% of the outcomes');
for (const { lead, scores, references, skill, skillInterval } of result.groups) {
  const [low, high] = skillInterval.dressed.map((share) => share.toFixed(2));
  console.log(
    `${lead} h ahead: raw CRPS ${references.raw.crps.toFixed(2)} with bias ${references.raw.bias.toFixed(2)} °C,`,
    `emos ${scores.crps.toFixed(2)} with ${scores.bias.toFixed(2)}:`,
    `skill against the dressed forecast ${skill.dressed.toFixed(2)} (${low} … ${high})`,
  );
}
