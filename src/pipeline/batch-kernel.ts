import { orderQuantiles } from '../forecast/physics.ts';
import type { StationBiases } from './batch-knowledge.ts';
import type { BatchPlan, CompleteLaws, PlanPart } from './batch-plan.ts';

/** Numbers of a run, in the order of its layout. */
export type RunNumbers = Float32Array | Float64Array;

/** Laws of the targets of one variable being added up. */
interface Laws {
  readonly location: Float64Array;
  readonly scale: Float64Array;
  readonly weight: Float64Array;
}

export interface BatchKernel {
  /**
   * Quantiles of every target of a place, `plan.rows` x levels, into `out` from `at` on; NaN where no expert answers.
   *
   * The laws of all experts that answer are mixed by their parameters: location and scale are their weighted means on the
   * fitted scale, so that there, and before bounds are applied, every quantile is the weighted mean of the experts'.
   *
   * @param runs for each source the numbers of the place's newest run, those of the layout that was planned with
   * @returns how many quantiles were moved to obey physics
   */
  readonly predict: (
    plan: BatchPlan,
    runs: readonly (RunNumbers | undefined)[],
    place: string,
    out: Float32Array,
    at: number,
  ) => number;
}

/** Opens room for the laws of one place; a kernel serves any number of places, one after the other. */
export function openBatchKernel(levels: number): BatchKernel {
  let laws = roomFor(0);
  return {
    predict(plan, runs, place, out, at) {
      const station = plan.stations.get(place);
      let row = at;
      for (const { validTimes, parts, complete, biases, writer } of plan.variables) {
        const count = validTimes.length;
        if (laws.location.length < count) laws = roomFor(count);
        const own = station === undefined ? undefined : biasesOf(biases, station);
        if (complete !== undefined && addComplete(laws, complete, runs, own, count))
          writer.write(laws.location, complete.scale, count, out, row);
        else {
          addParts(laws, parts, runs, own, count);
          writer.write(laws.location, laws.scale, count, out, row);
        }
        row += count * levels;
      }
      let moved = 0;
      for (const rows of plan.orderings) moved += orderQuantiles(out, at, levels, rows);
      return moved;
    },
  };
}

function roomFor(count: number): Laws {
  return {
    location: new Float64Array(count),
    scale: new Float64Array(count),
    weight: new Float64Array(count),
  };
}

/** What the experts know of a station; undefined where they know nothing. */
function biasesOf({ width, numbers }: StationBiases, station: number): Float64Array | undefined {
  const own = numbers.subarray(station * width, (station + 1) * width);
  return own.length > 0 ? own : undefined;
}

/** Locations where no forecast is missing; false where one is. */
function addComplete(
  { location }: Laws,
  { constant, terms, stations }: CompleteLaws,
  runs: readonly (RunNumbers | undefined)[],
  biases: Float64Array | undefined,
  count: number,
): boolean {
  location.set(constant);
  for (const { source, target, at, slope, rooted } of terms) {
    const run = runs[source];
    if (run === undefined) return false;
    if (rooted) for (let i = 0; i < at.length; i++) location[target[i]] += slope[i] * root(run[at[i]]);
    else for (let i = 0; i < at.length; i++) location[target[i]] += slope[i] * run[at[i]];
  }
  // A target without any expert is missing nothing.
  for (let t = 0; t < count; t++) if (Number.isNaN(location[t]) && !Number.isNaN(constant[t])) return false;
  if (biases !== undefined)
    for (const { target, column, weight } of stations)
      for (let i = 0; i < target.length; i++) location[target[i]] += weight[i] * biases[column[i]];
  return true;
}

/** Laws of all targets, whatever is missing. */
function addParts(
  laws: Laws,
  parts: readonly PlanPart[],
  runs: readonly (RunNumbers | undefined)[],
  biases: Float64Array | undefined,
  count: number,
): void {
  const { location, scale, weight } = laws;
  for (const sums of [location, scale, weight]) sums.fill(0, 0, count);
  for (const part of parts) {
    const run = runs[part.source];
    if (run !== undefined) addPart(laws, part, run, biases);
  }
  for (let t = 0; t < count; t++) {
    location[t] /= weight[t];
    scale[t] /= weight[t];
  }
}

/** What a source says; where a column is missing, it is asleep. */
function addPart(laws: Laws, part: PlanPart, run: RunNumbers, biases: Float64Array | undefined): void {
  const { target, at, columns, raw, rooted, weight, constant, slopes, spread, scale, stations } = part;
  const width = columns.length;
  for (let i = 0; i < target.length; i++) {
    let location = constant[i];
    for (let k = 0; k < width; k++) {
      const x = run[at[i] + columns[k]];
      // Also of a slope of 0 a missing column makes this NaN.
      location += slopes[i * width + k] * (rooted && k < raw ? root(x) : x);
    }
    if (Number.isNaN(location)) continue;
    if (biases !== undefined) location += stations.weight[i] * biases[stations.column[i]];
    const t = target[i];
    laws.location[t] += location;
    laws.scale[t] += spread === 'constant' ? scale[i] : weight[i] * scaleOf(part, i, run);
    laws.weight[t] += weight[i];
  }
}

/** As `forth`, which asks for the transform each time. */
function root(x: number): number {
  return x < 0 ? -Math.sqrt(-x) : Math.sqrt(x);
}

/** Scale of an expert whose scale depends on the variance (divisor m − 1) of the forecasts, on the fitted scale. */
function scaleOf(part: PlanPart, i: number, run: RunNumbers): number {
  const { at, columns, rooted, spread, spreadColumns, scale, scaleSlope, leastSpread } = part;
  const [from, until] = spreadColumns;
  let mean = 0;
  for (let k = from; k < until; k++) mean += rooted ? root(run[at[i] + columns[k]]) : run[at[i] + columns[k]];
  mean /= until - from;
  let squares = 0;
  for (let k = from; k < until; k++) {
    const x = rooted ? root(run[at[i] + columns[k]]) : run[at[i] + columns[k]];
    squares += (x - mean) * (x - mean);
  }
  const variance = squares / (until - from - 1);
  const measured = spread === 'variance' ? variance : 0.5 * Math.log(variance);
  const used = scale[i] + scaleSlope[i] * (measured < leastSpread[i] ? leastSpread[i] : measured);
  return spread === 'variance' ? Math.sqrt(used) : Math.exp(used);
}
