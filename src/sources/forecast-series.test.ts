import { describe, expect, it } from 'vitest';
import { forecastSeries, gatherValues } from './forecast-series.ts';

const issuedAt = Date.UTC(2026, 0, 1, 6);
const at = (lead: number) => issuedAt + lead * 3_600_000;

describe('forecastSeries', () => {
  const { values, set } = gatherValues(2);
  for (const lead of [3, -1, 0, 1]) set('temperature_2m', at(lead), 0, lead + 10);
  set('temperature_2m', at(1), 1, 99);
  for (const lead of [0, 1, 2]) set('precipitation', at(lead), 0, lead);
  set('visibility', at(1), 0, NaN);
  const variables = ['visibility', 'precipitation', 'temperature_2m', 'snow_depth'];

  it('has ascending leads from the issue on, whole periods, and no series without values', () => {
    expect(forecastSeries(values, { issuedAt, until: Infinity, variables })).toEqual([
      { variable: 'precipitation', leads: [1, 2], values: Float64Array.of(1, NaN, 2, NaN) },
      { variable: 'temperature_2m', leads: [0, 1, 3], values: Float64Array.of(10, NaN, 11, 99, 13, NaN) },
    ]);
  });

  it('ends with the last wanted time and has the first columns only', () => {
    expect(
      forecastSeries(values, { issuedAt, until: at(1), variables: ['temperature_2m'], columns: 1 }),
    ).toEqual([{ variable: 'temperature_2m', leads: [0, 1], values: Float64Array.of(10, 11) }]);
  });
});
