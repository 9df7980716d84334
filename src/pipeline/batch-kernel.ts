import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { Location } from '../weather/location.ts';
import type { BatchPlan, CompleteLaws, PlanPart } from './batch-plan.ts';
import { type LocalColumns, openLocals } from './batch-stations.ts';

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
   * @returns how many quantiles of how many values each rule of physics moved
   */
  readonly predict: (
    plan: BatchPlan,
    runs: readonly (RunNumbers | undefined)[],
    place: string,
    out: Float32Array,
    at: number,
  ) => PhysicsChanges;
}

const nowhere: Location = { latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN };
const unchanged: PhysicsChanges = {};

/** Opens room for the laws of one place; a kernel serves any number of places, one after the other. */
export function openBatchKernel(levels: number): BatchKernel {
  let laws = roomFor(0);
  const locals = openLocals();
  return {
    predict(plan, runs, place, out, at) {
      locals.at(plan.stations.get(place), plan.places.get(place));
      let row = at;
      for (const { validTimes, parts, complete, biases, writer } of plan.variables) {
        const count = validTimes.length;
        if (laws.location.length < count) laws = roomFor(count);
        const local = locals.of(biases);
        if (complete === undefined || !addComplete(laws, complete, runs, local, count))
          addParts(laws, parts, runs, local, count);
        writer.write(laws.location, laws.scale, count, out, row);
        row += count * levels;
      }
      const where = plan.places.get(place) ?? nowhere;
      return plan.obey?.(out, at, () => where) ?? unchanged;
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

/** Laws where no forecast is missing; false where one is. */
function addComplete(
  { location, scale }: Laws,
  { constant, scale: constantScale, terms, stations }: CompleteLaws,
  runs: readonly (RunNumbers | undefined)[],
  local: LocalColumns | undefined,
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
  scale.set(constantScale);
  if (local === undefined) return true;
  const { bias, wider } = local;
  for (const { target, column, weight, scale: added } of stations)
    if (wider === undefined)
      for (let i = 0; i < target.length; i++) location[target[i]] += weight[i] * bias[column[i]];
    else
      for (let i = 0; i < target.length; i++) {
        location[target[i]] += weight[i] * bias[column[i]];
        scale[target[i]] += added[i] * wider[column[i]];
      }
  return true;
}

/** Laws of all targets, whatever is missing. */
function addParts(
  laws: Laws,
  parts: readonly PlanPart[],
  runs: readonly (RunNumbers | undefined)[],
  local: LocalColumns | undefined,
  count: number,
): void {
  const { location, scale, weight } = laws;
  for (const sums of [location, scale, weight]) sums.fill(0, 0, count);
  for (const part of parts) {
    const run = runs[part.source];
    if (run !== undefined) addPart(laws, part, run, local);
  }
  for (let t = 0; t < count; t++) {
    location[t] /= weight[t];
    scale[t] /= weight[t];
  }
}

/** What a source says; where a column is missing, it is asleep. */
function addPart(laws: Laws, part: PlanPart, run: RunNumbers, local: LocalColumns | undefined): void {
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
    const column = stations.column[i];
    if (local !== undefined) location += stations.weight[i] * local.bias[column];
    const more = local?.wider === undefined || stations.weight[i] === 0 ? 0 : local.wider[column];
    const t = target[i];
    laws.location[t] += location;
    laws.scale[t] +=
      spread === 'constant'
        ? scale[i] + more * stations.scale[i]
        : (1 + more) * weight[i] * scaleOf(part, i, run);
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
