/**
 * Lesson 3: a forecast from a thermometer and a calendar.
 *
 * With observations alone there is still a season and a memory. DEMO data: NOAA's daily weather of Seattle and New
 * York up to 2015.
 */
import { formatInstant, openPool, pairsOfObservations, predict, readNoaaSample } from '../src/index.ts';

const observations = await readNoaaSample();
const pairs = pairsOfObservations(observations, [24, 72, 168]);
await using pool = openPool();
const { predictions, asOf } = await predict(
  pairs,
  { model: 'harmonic', pool: 'place', levels: [0.1, 0.5, 0.9], thresholds: { precipitation_sum: [1] } },
  pool,
);
console.log('DEMO, as of', formatInstant(asOf));
for (const one of predictions) {
  const [low, middle, high] = one.quantiles.map((value) => value.toFixed(1));
  const wet =
    one.probabilities['1'] === undefined
      ? ''
      : `, 1 mm or more: ${(100 * one.probabilities['1']).toFixed(0)} %`;
  console.log(`${one.place}, ${one.variable}, ${one.lead} h: ${low} … ${middle} … ${high} ${one.unit}${wet}`);
}
