import { unpackValues } from '../store/run-values.ts';
import type { Run, Store } from '../store/store.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { consistentWeatherCode } from '../weather/weather-code.ts';
import type { ServedPrediction } from './served.ts';

/** What a source says of a variable that nothing calibrated is known of, as it was forecast. */
export interface PassedThrough {
  readonly place: string;
  readonly variable: string;
  readonly unit: string;
  readonly source: string;
  readonly issuedAt: number;
  /** Ascending. */
  readonly validTimes: readonly number[];
  /** Of each valid time the mean of members or models, or of a direction or code the first; NaN where missing. */
  readonly values: readonly number[];
}

export interface PassThroughQuery {
  readonly places: readonly string[];
  /** All by default. */
  readonly variables?: readonly string[] | undefined;
  /** Runs known by then, of times that are later. */
  readonly asOf: number;
  /** Inclusive. */
  readonly until?: number | undefined;
}

/** Runs issued longer ago say nothing about today. */
const OLDEST_DAYS = 5;

/**
 * Forecasts that pass through uncalibrated: of variables that have no law, and of those that nobody has observed yet. Of each
 * place and variable the newest run that has it.
 *
 * A weather code is made consistent with the calibrated rain of its hour.
 *
 * @param predicted what is served calibrated of the same places and times
 */
export async function passedThrough(
  store: Store,
  { places, variables: asked, asOf, until = Infinity }: PassThroughQuery,
  predicted: readonly ServedPrediction[],
): Promise<readonly PassedThrough[]> {
  const known = (await store.variables()).filter(({ name }) => asked?.includes(name) ?? true);
  const calibrated = new Set(predicted.map(({ variable, place }) => `${variable} ${place}`));
  const passed: PassedThrough[] = [];
  for (const place of places) {
    const wanted = known.filter(({ name }) => !calibrated.has(`${name} ${place}`));
    if (wanted.length === 0) continue;
    const runs = await newestRunsOf(store, place, asOf);
    if (runs.length === 0) continue;
    const own = wanted.flatMap((variable) => {
      const series = newestSeries(runs, variable, asOf, until);
      return series === undefined ? [] : [series];
    });
    const hours = hoursOfCode(
      predicted.filter((one) => one.place === place),
      runs,
      asOf,
      until,
    );
    passed.push(...own.map((one) => (one.variable === 'weather_code' ? consistentCodes(one, hours) : one)));
  }
  return passed;
}

/** Sources and origins whose data went into some values: what a credit is due for. */
export function sourcesOf(
  predictions: readonly ServedPrediction[],
  passed: readonly PassedThrough[],
): ReadonlySet<string> {
  const names = new Set(passed.map(({ source }) => source));
  for (const { provenance } of predictions) {
    for (const { source } of provenance.runs) names.add(source);
    for (const origin of provenance.truth) names.add(origin);
  }
  return names;
}

/** A place's newest runs of each source, the newest first. */
async function newestRunsOf(store: Store, place: string, asOf: number): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const source of await store.sources()) {
    const run = await store.latestRun(place, source, asOf);
    if (run !== undefined && run.issuedAt > asOf - OLDEST_DAYS * msPerDay) runs.push(run);
  }
  return runs.sort((a, b) => b.issuedAt - a.issuedAt);
}

function newestSeries(
  runs: readonly Run[],
  variable: Variable,
  asOf: number,
  until: number,
): PassedThrough | undefined {
  for (const run of runs) {
    const series = seriesAhead(run, variable, asOf, until);
    if (series === undefined || series.values.every(Number.isNaN)) continue;
    const { place, source, issuedAt } = run;
    return { place, variable: variable.name, unit: variable.unit, source, issuedAt, ...series };
  }
  return undefined;
}

/** A run's values of a variable at times that are ahead; undefined where it has none. */
function seriesAhead(
  { layout, issuedAt, values }: Run,
  { name, law }: Pick<Variable, 'name' | 'law'>,
  asOf: number,
  until: number,
): Pick<PassedThrough, 'validTimes' | 'values'> | undefined {
  const width = layout.columns.length;
  const forecasts = layout.columns.flatMap((column, k) => (column.startsWith('x_') ? [] : [k]));
  // The mean of two directions or codes is neither.
  const columns = law === 'none' ? forecasts.slice(0, 1) : forecasts;
  let step = 0;
  for (const { variable, leads } of layout.series) {
    if (variable !== name) {
      step += leads.length;
      continue;
    }
    const row = new Float64Array(width);
    const ahead: { readonly time: number; readonly value: number }[] = [];
    leads.forEach((lead, k) => {
      const time = issuedAt + Math.round(lead * msPerHour);
      if (!(time > asOf && time <= until)) return;
      unpackValues(values, (step + k) * width, (step + k + 1) * width, row, 0);
      const present = columns.map((column) => row[column]).filter((value) => !Number.isNaN(value));
      ahead.push({ time, value: present.reduce((sum, value) => sum + value, 0) / present.length });
    });
    return ahead.length === 0
      ? undefined
      : { validTimes: ahead.map(({ time }) => time), values: ahead.map(({ value }) => value) };
  }
  return undefined;
}

/** What is known of an hour beside its weather code; calibrated where that is known. */
type ValueAt = (variable: string, time: number) => number;

function hoursOfCode(
  predicted: readonly ServedPrediction[],
  runs: readonly Run[],
  asOf: number,
  until: number,
): { readonly calibrated: ValueAt; readonly forecast: ValueAt } {
  const medians = new Map(predicted.map((one) => [`${one.variable} ${one.validTime}`, one.median]));
  const forecasts = new Map<string, number>();
  for (const name of ['temperature_2m', 'cloud_cover', 'snowfall']) {
    for (const run of runs) {
      const series = seriesAhead(run, { name, law: 'normal' }, asOf, until);
      series?.validTimes.forEach((time, k) => {
        const key = `${name} ${time}`;
        if (!forecasts.has(key)) forecasts.set(key, series.values[k]);
      });
    }
  }
  const calibrated: ValueAt = (variable, time) => medians.get(`${variable} ${time}`) ?? Number.NaN;
  const forecast: ValueAt = (variable, time) => {
    const median = calibrated(variable, time);
    return Number.isNaN(median) ? (forecasts.get(`${variable} ${time}`) ?? Number.NaN) : median;
  };
  return { calibrated, forecast };
}

function consistentCodes(
  codes: PassedThrough,
  { calibrated, forecast }: ReturnType<typeof hoursOfCode>,
): PassedThrough {
  return {
    ...codes,
    values: codes.values.map((code, k) => {
      const time = codes.validTimes[k];
      return consistentWeatherCode(code, {
        precipitation: calibrated('precipitation', time),
        temperature: forecast('temperature_2m', time),
        cloudCover: forecast('cloud_cover', time),
        snowfall: forecast('snowfall', time),
      });
    }),
  };
}
