import { forth } from '../forecast/transform.ts';
import { recentNames } from '../models/model.ts';
import type { Pairs } from '../weather/pairs.ts';

const DAY = 86_400_000;
/** Days after which a mean's weight has fallen by e, in the order of `recentNames` after `last`. */
const MEMORY_DAYS = [3, 10, 30];
/** An outcome older than this says nothing about today. */
const OLDEST_DAYS = 90;

interface Series {
  readonly validTime: number[];
  readonly knownTime: number[];
  readonly outcome: number[];
}

const histories = new WeakMap<Pairs, Map<string, Series>>();

/**
 * What the place's own outcomes of the variable, known when each row's forecast was available, say about it.
 *
 * rows.length x `recentNames`: the last outcome, and means weighted by exp(−age/τ) with τ of 3, 10 and 30 days,
 * age counted back from the last outcome; on the scale the variable is fitted on. NaN where nothing of the last
 * 90 days is known.
 */
export function recentOutcomes(pairs: Pairs, rows: readonly number[]): Float32Array {
  const width = recentNames.length;
  const out = new Float32Array(new SharedArrayBuffer(4 * rows.length * width)).fill(Number.NaN);
  const series = outcomeSeries(pairs);
  const sums = new Float64Array(MEMORY_DAYS.length);
  const weights = new Float64Array(MEMORY_DAYS.length);
  rows.forEach((row, i) => {
    const own = series.get(`${pairs.variable[row]} ${pairs.place[row]}`);
    if (own === undefined) return;
    const asOf = pairs.availableTime[row];
    const { transform } = pairs.variables[pairs.variable[row]];
    let latest = Number.NaN;
    sums.fill(0);
    weights.fill(0);
    for (let k = lastUntil(own.validTime, asOf); k >= 0 && own.validTime[k] > asOf - OLDEST_DAYS * DAY; k--) {
      // Of a forecast that came late, the outcome may be known already; it must not be its own predictor.
      if (own.knownTime[k] > asOf || own.validTime[k] === pairs.validTime[row]) continue;
      const value = forth(transform, own.outcome[k]);
      if (Number.isNaN(latest)) {
        latest = own.validTime[k];
        out[i * width] = value;
      }
      const age = (latest - own.validTime[k]) / DAY;
      for (let m = 0; m < MEMORY_DAYS.length; m++) {
        const weight = Math.exp(-age / MEMORY_DAYS[m]);
        sums[m] += weight * value;
        weights[m] += weight;
      }
    }
    if (Number.isNaN(latest)) return;
    for (let m = 0; m < MEMORY_DAYS.length; m++) out[i * width + 1 + m] = sums[m] / weights[m];
  });
  return out;
}

/** Outcomes of each variable and place by rising valid time, each valid time once with its earliest arrival. */
function outcomeSeries(pairs: Pairs): Map<string, Series> {
  const known = histories.get(pairs);
  if (known !== undefined) return known;
  const rows = Array.from({ length: pairs.rows }, (_, row) => row).filter(
    (row) => !Number.isNaN(pairs.observation[row]),
  );
  rows.sort(
    (a, b) =>
      pairs.validTime[a] - pairs.validTime[b] || pairs.outcomeKnownTime[a] - pairs.outcomeKnownTime[b],
  );
  const byKey = new Map<string, Series>();
  for (const row of rows) {
    const key = `${pairs.variable[row]} ${pairs.place[row]}`;
    let series = byKey.get(key);
    if (series === undefined) byKey.set(key, (series = { validTime: [], knownTime: [], outcome: [] }));
    if (series.validTime.at(-1) === pairs.validTime[row]) continue;
    series.validTime.push(pairs.validTime[row]);
    series.knownTime.push(pairs.outcomeKnownTime[row]);
    series.outcome.push(pairs.observation[row]);
  }
  histories.set(pairs, byKey);
  return byKey;
}

/** Index of the last time ≤ `until`; −1 if there is none. */
function lastUntil(times: readonly number[], until: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] <= until) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
