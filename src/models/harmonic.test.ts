import { describe, expect, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { normalQuantile } from '../forecast/normal.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { climatology } from './climatology.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { harmonic } from './harmonic.ts';
import { type Cases, type Control, type Model, recentNames, type Selection } from './model.ts';
import { settingsFor } from './settings.ts';

const DAY = 86_400_000;
const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const settings = settingsFor(temperature);

/** Simulated daily outcomes: a wave of the year, and on it an anomaly of which 0.8 is left the next day. */
function simulatedYears(days: number): Float64Array {
  const random = seededRandom('anomalies');
  let anomaly = 0;
  return Float64Array.from({ length: days }, (_, day) => {
    anomaly = 0.8 * anomaly + 3 * normalQuantile(random());
    return 10 + 8 * Math.cos((2 * Math.PI * day) / 365.2425) + anomaly;
  });
}

const outcomes = simulatedYears(2200);

/** A block without forecasts, so many days ahead; recent outcomes are those up to the day of issue. */
function blockOf(lead: number): Cases {
  const size = outcomes.length;
  const width = recentNames.length;
  const recent = new Float64Array(width * size).fill(Number.NaN);
  for (let day = 90 + lead; day < size; day++) {
    const issue = day - lead;
    recent[width * day] = outcomes[issue];
    [3, 10, 30].forEach((memory, m) => {
      let sum = 0;
      let weights = 0;
      for (let age = 0; age < 90; age++) {
        const weight = Math.exp(-age / memory);
        sum += weight * outcomes[issue - age];
        weights += weight;
      }
      recent[width * day + 1 + m] = sum / weights;
    });
  }
  return handMadeCases({
    size,
    variable: temperature,
    lead: 24 * lead,
    validTime: Float64Array.from({ length: size }, (_, day) => day * DAY),
    recent,
    outcome: outcomes,
  });
}

const days = (from: number, until: number) => Int32Array.from({ length: until - from }, (_, i) => from + i);

function scoreOf(model: Model, lead: number): number {
  const cases = blockOf(lead);
  const training: Selection = { cases, rows: days(0, 1461) };
  const targets: Selection = { cases, rows: days(1461, 2200) };
  const answers = model.predict(model.fit(training, settings, control), targets);
  return targets.rows.reduce((sum, row, i) => sum + answers.crps(i, outcomes[row]), 0) / targets.rows.length;
}

describe('after four simulated years', () => {
  // The best there is has a standard deviation of 3 and a CRPS of 3/√π = 1.69; the anomalies alone one of 5/√π = 2.82.
  test('a day ahead comes near the best there is', () => {
    expect(scoreOf(harmonic, 1)).toBeLessThan(1.06 * (3 / Math.sqrt(Math.PI)));
  });

  test('memory fades with the lead, and what is left is climatology', () => {
    const climate = scoreOf(climatology, 1);
    expect(climate).toBeGreaterThan(2.6);
    expect(scoreOf(harmonic, 3)).toBeLessThan(0.95 * climate);
    const far = scoreOf(harmonic, 20);
    expect(far).toBeGreaterThan(scoreOf(harmonic, 3));
    expect(far).toBeLessThan(1.03 * climate);
  });
});

test('without recent outcomes there is no answer, and with none at all no fit', () => {
  const cases = blockOf(1);
  const artefact = harmonic.fit({ cases, rows: days(0, 400) }, settings, control);
  expect(artefact.coefficients.rows).toBe(400 - 91);
  const answers = harmonic.predict(artefact, { cases, rows: Int32Array.of(50, 200) });
  expect(answers.mean(0)).toBeNaN();
  expect(answers.mean(1)).not.toBeNaN();
  let caught: unknown;
  try {
    harmonic.fit({ cases: { ...cases, recent: new Float64Array() }, rows: days(0, 400) }, settings, control);
  } catch (error) {
    caught = error;
  }
  expect(isWeatherglassError(caught, 'CannotFit')).toBe(true);
  expect(harmonic.simpler).toBe('climatology');
});
