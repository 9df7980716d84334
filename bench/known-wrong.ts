import type { Flagged } from './quality-rates.ts';

/**
 * Values of the development data that are wrong beyond doubt, as anyone sees who looks at the values beside them: place,
 * time, value.
 */
export const knownWrong: ReadonlySet<string> = new Set([
  // 1048 mph, between 21 and 13 mph.
  'KEWR 2013-02-12T08:00Z 468.66',
  // 13.1 °F, between 57.0 and 57.2 °F, and a dew point of 12.0 °F, between 48.9 and 53.6 °F.
  'KJFK 2013-05-09T02:00Z -10.5',
  'KJFK 2013-05-09T02:00Z -11.1',
  // Between two readings of −2 °C, 20 minutes before and after.
  'KNY0 2020-01-28T14:18Z -17',
  // At night, between 20 and 19 °C.
  'KEFD 2020-01-15T02:50Z 29',
  // In winter, between 8 and 6 °C.
  'MTYON 2004-01-31T00:00Z 26.667',
  'MTYON 2004-02-11T00:00Z 35.556',
  // In January, where the places around have 1 °C.
  'CALIM 2004-01-28T00:00Z 46.667',
]);

export function isKnownWrong({ place, time, value }: Flagged): boolean {
  return knownWrong.has(`${place} ${new Date(time).toISOString().slice(0, 16)}Z ${value}`);
}
