import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WeatherglassError } from '../errors.ts';
import type { Observations, TablePlace } from '../weather/pairs.ts';
import { formatInstant, msPerDay, msPerHour, parseDay } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { readCsv } from './csv.ts';
import { parseDecimal } from './decimal.ts';
import { float64Column, int32Column } from './growable-column.ts';
import { tableError } from './table-error.ts';

interface SamplePlace extends TablePlace {
  /** Hours from coordinated to local standard time, by which climate days are counted the year round. */
  readonly standardOffsetHours: number;
}

/** The sample does not say which stations it is of; the coordinates are those of the cities. */
const samplePlaces: readonly SamplePlace[] = [
  { name: 'Seattle', latitude: 47.61, longitude: -122.33, elevation: Number.NaN, standardOffsetHours: -8 },
  { name: 'New York', latitude: 40.71, longitude: -74.01, elevation: Number.NaN, standardOffsetHours: -5 },
];

/** Columns of the sample and what they are called here; units are the same: °C, mm, m/s. */
const sampleVariables: readonly (readonly [column: string, variable: string])[] = [
  ['temp_max', 'temperature_2m_max'],
  ['temp_min', 'temperature_2m_min'],
  ['precipitation', 'precipitation_sum'],
  ['wind', 'wind_speed_10m_mean'],
];

/** The day, such as `2015-12-31`, whose end by local standard time is `validTime`. */
export function sampleDay(place: string, validTime: number): string {
  const { standardOffsetHours } = samplePlaces.find(({ name }) => name === place) ?? samplePlaces[0];
  return formatInstant(validTime + standardOffsetHours * msPerHour - msPerDay).slice(0, 10);
}

/** In the published package the sample lies beside the code; in a checkout, in the package it comes from. */
const sampleFiles = ['../sample/weather.csv', '../../node_modules/vega-datasets/data/weather.csv'].map(
  (path) => fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * The embedded sample: NOAA's daily weather of Seattle and New York, 2012–2015, from the npm package vega-datasets.
 *
 * A day is valid at its end in local standard time, and taken to be known then.
 *
 * @throws WeatherglassError NotFound where the sample was not installed.
 */
export async function readNoaaSample(signal?: AbortSignal): Promise<Observations> {
  const file = sampleFiles.find(existsSync);
  if (file === undefined)
    throw new WeatherglassError(
      'NotFound',
      `the NOAA sample is not installed: there is no ${sampleFiles.join(' and no ')}`,
    );
  const place = int32Column();
  const variable = int32Column();
  const validTime = float64Column();
  const value = float64Column();
  let rows = 0;
  let header: readonly string[] = [];
  for await (const block of readCsv(file, signal)) {
    place.reserve(rows + sampleVariables.length * block.length);
    variable.reserve(rows + sampleVariables.length * block.length);
    validTime.reserve(rows + sampleVariables.length * block.length);
    value.reserve(rows + sampleVariables.length * block.length);
    for (let i = 0; i < block.length; i++) {
      const cells = block.row(i);
      if (header.length === 0) {
        header = cells;
        continue;
      }
      const cell = (column: string) => cells[header.indexOf(column)] ?? '';
      const where = samplePlaces.findIndex(({ name }) => name === cell('location'));
      if (where < 0)
        throw tableError({ file, line: block.firstLine + i }, `the sample has no place ${cell('location')}`);
      const end = parseDay(cell('date')) + msPerDay - samplePlaces[where].standardOffsetHours * msPerHour;
      sampleVariables.forEach(([column], v) => {
        place.values[rows] = where;
        variable.values[rows] = v;
        validTime.values[rows] = end;
        value.values[rows] = parseDecimal(cell(column));
        rows++;
      });
    }
  }
  return {
    rows,
    places: samplePlaces,
    variables: sampleVariables.map(([, name]) => findVariable(name)),
    place: place.first(rows),
    variable: variable.first(rows),
    validTime: validTime.first(rows),
    knownTime: validTime.first(rows),
    value: value.first(rows),
  };
}
