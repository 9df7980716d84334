import { hourOfDay } from '../weather/time.ts';
import { rawColumns } from './ensemble-statistics.ts';
import type { Cases, Selection } from './model.ts';
import { recentErrorNames, recentOutcomeNames } from './model.ts';
import { elevationAt, harmonics, isHarmonic, isRecent, type Term } from './terms.ts';

/** What the regional model looks at. */
export interface RegionalFormula {
  /** Of what the outcome is more than the mean forecast, or of the outcome where there is no forecast. */
  readonly location: readonly Term[];
  /** Of the logarithm of the spread. */
  readonly scale: readonly Term[];
  readonly hasForecast: boolean;
}

/**
 * The formula for the columns that a block has, and for what its training rows tell: what begins later has no say.
 *
 * @param earlier formula of rows that come before these
 */
export function regionalFormula({ cases, rows }: Selection, earlier?: RegionalFormula): RegionalFormula {
  const { columns, members, models, variable, validTime } = cases;
  const first = hourOfDay(validTime[rows[0]]);
  const daily =
    variable.periodHours < 24 &&
    (earlier?.location.includes('cos_day_1') === true ||
      rows.some((row) => hourOfDay(validTime[row]) !== first));
  const season = [...harmonics('year', 1), ...(daily ? harmonics('day', 2) : [])];
  const hasForecast = members + models > 0;
  const distinct = hasForecast && models + Math.min(members, 1) > 1;
  const over = distinct ? columns.slice(members, members + models).map((name) => `over_${name}`) : [];
  const [from, to] = rawColumns(cases);
  const spread = to - from > 1 ? ['log_sd'] : [];
  const place = hasForecast
    ? [
        'mean',
        ...harmonics('year', 1).map((wave) => `mean * ${wave}`),
        ...over,
        'over_last',
        ...recentErrorNames,
      ]
    : [...recentOutcomeNames, ...recentErrorNames];
  return {
    location: [
      'one',
      ...season,
      ...place,
      ...spread,
      ...knownHeights(cases, rows, earlier),
      ...columns.slice(members + models),
      ...toldContext(cases, rows, earlier),
    ],
    scale: ['one', ...season, ...spread],
    hasForecast,
  };
}

/** How high places are, where it is known of any. */
function knownHeights(cases: Cases, rows: Int32Array, earlier?: RegionalFormula): string[] {
  const known =
    earlier?.location.includes('elevation') === true ||
    rows.some((row) => !Number.isNaN(elevationAt(cases, row)));
  return known ? ['elevation'] : [];
}

/** What else was said of some row. */
function toldContext(
  { contextNames, context }: Cases,
  rows: Int32Array,
  earlier?: RegionalFormula,
): string[] {
  const width = contextNames.length;
  return contextNames.filter(
    (name, k) =>
      earlier?.location.includes(name) === true ||
      rows.some((row) => !Number.isNaN(context[row * width + k])),
  );
}

/** Whether a term is known only where the place has outcomes of its own. */
export function needsOwnOutcomes(term: Term): boolean {
  return isRecent(term) || term === 'over_last';
}

/** Whether a term is how high the place is. */
export function isHeight(term: Term): boolean {
  return term === 'elevation';
}

/** Whether a term follows the calendar: then what a date teaches of it, it teaches once for all places. */
export function isOfDate(term: Term): boolean {
  return term.split(' * ').some(isHarmonic);
}
