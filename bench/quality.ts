import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSeries } from '../src/quality/check-series.ts';
import {
  drift,
  type Fault,
  gustOf,
  heated,
  spike,
  stuckFor,
  swappedSign,
  wrongUnit,
} from './inject-faults.ts';
import { isKnownWrong } from './known-wrong.ts';
import { type Bench, type Effort, measure } from './measure.ts';
import { caughtOf, flaggedOf } from './quality-rates.ts';
import { type QualitySet, readQualitySets } from './quality-sets.ts';
import { simulatedHours } from './simulated-hours.ts';
import { wmoTolerance } from './wmo-tolerance.ts';

const developmentData =
  process.env.DEVELOPMENT_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));

const fahrenheit = (value: number) => 1.8 * value + 32;
const perHour = (value: number) => 3.6 * value;
const sizes = (fault: (size: number) => Fault, ...all: readonly number[]) => all.map((size) => fault(size));
const days = (...all: readonly number[]) => all.map((day) => stuckFor(24 * day, 24));

/** A set, the decimals of its values, and the faults that are put into it. */
type Trial = readonly [set: string, variable: string, decimals: number, faults: readonly Fault[]];

export const trials: readonly Trial[] = [
  [
    'new-york',
    'temperature_2m',
    1,
    [
      ...sizes(spike, 3, 5, 8, 12, 20),
      ...sizes(stuckFor, 6, 12, 24, 48),
      wrongUnit('°F', 0, fahrenheit),
      wrongUnit('°F', 240, fahrenheit),
      ...sizes(heated, 1, 2, 4, 6, 8),
      ...sizes(drift, 0.1, 0.3),
      swappedSign,
    ],
  ],
  [
    'metar',
    'temperature_2m',
    0,
    [
      ...sizes(spike, 5, 8, 12, 20),
      ...sizes(stuckFor, 12, 24, 48),
      wrongUnit('°F', 0, fahrenheit),
      swappedSign,
    ],
  ],
  ['new-york', 'dew_point_2m', 1, [...sizes(spike, 8, 12, 20), ...sizes(stuckFor, 12, 24)]],
  [
    'new-york',
    'relative_humidity_2m',
    2,
    [...sizes(spike, 20, 40), ...sizes(stuckFor, 12, 24), wrongUnit('shares', 0, (value) => value / 100)],
  ],
  [
    'new-york',
    'pressure_msl',
    1,
    [
      ...sizes(spike, 3, 5, 10),
      ...sizes(stuckFor, 6, 12, 24),
      wrongUnit('inHg', 0, (value) => value / 33.86389),
      drift(0.1),
    ],
  ],
  [
    'new-york',
    'wind_speed_10m',
    2,
    [
      ...sizes(gustOf, 10, 15, 20),
      ...sizes(stuckFor, 6, 12, 24, 48),
      wrongUnit('km/h', 0, perHour),
      wrongUnit('km/h', 240, perHour),
      wrongUnit('mph', 240, (value) => value / 0.44704),
      wrongUnit('kn', 240, (value) => (value * 3600) / 1852),
    ],
  ],
  [
    'us-cities',
    'temperature_2m_max',
    2,
    [
      ...sizes(spike, 12, 20, 30),
      ...days(5, 7, 10, 20),
      wrongUnit('°F', 0, fahrenheit),
      wrongUnit('°F', 240, fahrenheit),
      swappedSign,
    ],
  ],
  [
    'ireland',
    'wind_speed_10m_mean',
    3,
    [...sizes(gustOf, 15, 20), ...days(5, 10), wrongUnit('km/h', 0, perHour)],
  ],
];

/** Shares of sound values that are left in peace, and of faulty ones that are flagged. */
export const quality: Bench = {
  name: 'quality',
  about: 'what the checks of observations doubt, and which faults they catch (needs the development data)',
  async run(effort) {
    if (effort.share < 1) return quick(effort);
    if (!existsSync(join(developmentData, 'observations')))
      throw new Error(
        `there is no ${developmentData}/observations: say where the development data are with DEVELOPMENT_DATA=folder`,
      );
    const sets = await readQualitySets(developmentData);
    const figures: Record<string, number> = {};
    for (const set of sets) {
      const { values, flagged } = flaggedOf(set);
      const wrongly = flagged.filter((one) => !isKnownWrong(one)).length;
      figures[`false alarms % ${set.name} ${set.variable.name}`] = (100 * wrongly) / values;
    }
    for (const [name, variable, decimals, faults] of trials) {
      const set = sets.find((one) => one.name === name && one.variable.name === variable)!;
      Object.assign(figures, caughtFigures(set, decimals, faults));
    }
    const newYork = sets.find((one) => one.variable.name === 'temperature_2m' && one.name === 'new-york')!;
    return { figures: { ...figures, ...timing(effort) }, peers: peersOf(newYork, 1) };
  },
};

function quick(effort: Effort) {
  const set = simulatedHours(3, 90);
  return {
    figures: { ...caughtFigures(set, 1, [spike(30), stuckFor(48)]), ...timing(effort) },
    peers: peersOf(set, 1),
  };
}

function caughtFigures(set: QualitySet, decimals: number, faults: readonly Fault[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const fault of faults) {
    const caught = caughtOf(set, fault, decimals);
    const label = `${set.name} ${set.variable.name} ${fault.name}`;
    figures[`caught % ${label}`] = 100 * caught.values;
    if (fault.hours === 0) continue;
    figures[`found % ${label}`] = 100 * caught.faults;
    if (caught.faults > 0) figures[`after h ${label}`] = caught.latencyHours;
  }
  return figures;
}

/** A year of hours at ten places, each with the nine others as neighbours, all of it new. */
function timing(effort: Effort): Record<string, number> {
  const { variable, series } = simulatedHours(10, Math.max(30, Math.round(365 * effort.share)));
  const run = () =>
    series
      .map((one) => checkSeries({ variable, ...one, from: 0, neighbours: series }))
      .reduce((sum, flags) => sum + flags.filter((flag) => flag === '').length, 0);
  return { 'seconds a year at 10 places': measure({ run }, { ...effort, rounds: 1 }).seconds('run') };
}

/** What the fixed tolerances of WMO-No. 305 do with the same temperatures. */
function peersOf(set: QualitySet, decimals: number): Record<string, number> {
  const figures: Record<string, number> = {};
  const { values, flagged } = flaggedOf(set, wmoTolerance);
  figures['WMO-No. 305 left in peace %'] = 100 - (100 * flagged.length) / values;
  for (const size of [8, 30])
    figures[`WMO-No. 305 caught % spike of ${size}`] =
      100 * caughtOf(set, spike(size), decimals, wmoTolerance).values;
  return figures;
}
