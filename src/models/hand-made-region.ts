import { normalQuantile } from '../forecast/normal.ts';
import { seededRandom } from '../scores/random.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { handMadeCases } from './hand-made-cases.ts';
import { type Cases, recentNames, type Selection } from './model.ts';

/** For tests: one forecast of a region and what came of it. */
export interface RegionRow {
  readonly place: string;
  /** Valid time, in days from the epoch. */
  readonly day: number;
  readonly lead?: number;
  readonly forecast?: number;
  readonly outcome: number;
  /** Predictors, `x_0` and on. */
  readonly x?: readonly number[];
  /** What is known of recent outcomes and errors; the others are missing. */
  readonly recent?: Readonly<Partial<Record<(typeof recentNames)[number], number>>>;
}

/** For tests: a block of the rows, all selected. Outcomes are known an hour after they are valid. */
export function handMadeRegion(rows: readonly RegionRow[], own: Partial<Cases> = {}): Selection {
  const size = rows.length;
  const places = own.places ?? [...new Set(rows.map(({ place }) => place))];
  const hasForecast = rows.some(({ forecast }) => forecast !== undefined);
  const predictors = rows[0]?.x?.length ?? 0;
  const validTime = Float64Array.from(rows, ({ day }) => day * msPerDay);
  const cases = handMadeCases({
    size,
    places,
    place: Int32Array.from(rows, ({ place }) => places.indexOf(place)),
    leads: Float64Array.from(rows, ({ lead = 24 }) => lead),
    validTime,
    knownTime: validTime.map((time) => time + msPerHour),
    columns: [...(hasForecast ? ['model_a'] : []), ...Array.from({ length: predictors }, (_, k) => `x_${k}`)],
    forecasts: Float64Array.from(
      rows.flatMap(({ forecast = Number.NaN, x = [] }) => (hasForecast ? [forecast, ...x] : x)),
    ),
    recent: rows.some(({ recent }) => recent !== undefined)
      ? Float64Array.from(
          rows.flatMap(({ recent }) => recentNames.map((name) => recent?.[name] ?? Number.NaN)),
        )
      : new Float64Array(),
    outcome: Float64Array.from(rows, ({ outcome }) => outcome),
    ...own,
  });
  return { cases, rows: Int32Array.from(rows.keys()) };
}

/** For tests: standard normal numbers, the same at every run. */
export function normalNumbers(seed: string): () => number {
  const random = seededRandom(seed);
  return () => normalQuantile(random() + 2 ** -54);
}
