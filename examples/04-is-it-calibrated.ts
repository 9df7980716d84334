/**
 * Lesson 4: when it says 30 %, does it rain on three days of ten?
 *
 * Reliability by isotonic recalibration (CORP) splits the Brier score into miscalibration, discrimination and the
 * uncertainty of the weather itself. DEMO data: rain in Seattle, 2014 and 2015, predicted a day ahead.
 */
import {
  backtest,
  corpReliability,
  openPool,
  pairsOfObservations,
  parseDay,
  readNoaaSample,
} from '../src/index.ts';

const pairs = pairsOfObservations(await readNoaaSample(), [24]);
await using pool = openPool();
let table = '';
await backtest(
  pairs,
  {
    model: 'harmonic',
    pool: 'place',
    window: { refitDays: 90 },
    targets: { from: parseDay('2014-01-01'), until: Infinity },
    onExport: (text) => void (table += text),
  },
  pool,
);

// The exported quantiles say how likely a dry day was: the share of levels at zero.
const [header, ...rows] = table
  .trimEnd()
  .split('\n')
  .map((line) => line.split(','));
const firstQuantile = header.indexOf('q01');
const rain = rows.filter((row) => row[0] === 'Seattle' && row[3] === 'precipitation_sum');
const probabilities = rain.map(
  (row) => 1 - row.slice(firstQuantile, firstQuantile + 99).filter((q) => Number(q) === 0).length / 99,
);
const outcomes = rain.map((row) => (Number(row.at(-1)) > 0 ? 1 : 0));
const { score, miscalibration, discrimination, uncertainty, targets } = corpReliability(
  Float64Array.from(probabilities),
  Float64Array.from(outcomes),
);
console.log('DEMO days', targets, 'of which wet', outcomes.filter((wet) => wet === 1).length);
console.log(
  `Brier score ${score.toFixed(3)} = ${miscalibration.toFixed(3)} miscalibration - ${discrimination.toFixed(3)} discrimination + ${uncertainty.toFixed(3)} uncertainty`,
);
