import { WeatherglassError } from '../errors.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { SettingsChoice } from '../models/settings.ts';
import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import { wideBandOf } from '../weather/lead-band.ts';
import type { Pairs } from '../weather/pairs.ts';
import { msPerDay } from '../weather/time.ts';
import { type Asked, askExperts, type ExpertAnswers, type ExpertSchedule } from './auto-experts.ts';
import { obeyAll } from './auto-physics.ts';
import { nightRows } from './learned-night.ts';
import type { MixChunk, MixedChunk } from './mix-chunk.ts';
import { stagedProgress } from './staged-progress.ts';

/** The name under which experts answer together. */
export const autoName = 'auto';
/** One line for `weatherglass models`. */
export const autoAbout =
  'all models that suit the table, mixed by how right each has been; for backtest and predict from tables';

/** Days before the first target whose forecasts are mixed too, to learn whom to believe. */
const WARM_UP_DAYS = 90;

export interface AutoOptions extends SettingsChoice, RunOptions, ExpertSchedule {
  /** Each expert has its own way: `place` is refused. */
  readonly pool?: 'all' | 'place' | undefined;
  /** Targets are answered by what was known then; by default each when its forecast was available. */
  readonly asOf?: number | undefined;
}

/** Share of the time that asking the experts takes, and mixing what they say. */
const STAGES = [0.97, 0.03];

/** How experts were mixed in one band of leads of one variable. */
export interface AutoBand {
  readonly variable: string;
  /** Upper end, hours. */
  readonly band: number;
  readonly experts: readonly AutoExpert[];
  /** What laws were made wider by in the end, for their coverage. */
  readonly width: number;
}

export interface AutoExpert {
  readonly name: string;
  /** Mean CRPS over the targets that it answered, and of the mixture over the same; NaN for none. */
  readonly crps: number;
  readonly mixedCrps: number;
  /** Targets that it answered. Where none has an outcome yet, these three are of the rows that were learned from. */
  readonly answered: number;
  /** Share of the say on average over the targets: nothing where it was silent. */
  readonly weight: number;
  /** Share that it would have next, if nobody were silent. */
  readonly lastWeight: number;
}

/** How experts came to say something together. */
export interface AutoReport {
  readonly bands: readonly AutoBand[];
  /** Why an expert said nothing somewhere, in words. */
  readonly silent: Readonly<Record<string, readonly string[]>>;
  /** What each rule of physics changed, of all that was mixed. */
  readonly physics: PhysicsChanges;
}

/** What all experts say together. */
export interface AutoAnswers extends AutoReport {
  readonly levels: readonly number[];
  /** Rows of the table x levels by slot; NaN where nobody has an answer. */
  readonly quantiles: Float32Array;
  /** For each row of the table its slot; −1 for none. */
  readonly slotOf: Int32Array;
}

/**
 * Answers rows of a table without anybody having chosen a model: all experts are asked, and mixed by how right each has
 * been so far.
 *
 * Nothing that became known after a row's forecast was available has any influence on its answer: not on the fits, not on the
 * weights, not on the recalibration.
 *
 * @param targets rows of the table to answer
 * @throws WeatherglassError Usage for options that do not fit; Cancelled.
 */
export async function autoAnswers(
  pairs: Pairs,
  targets: Int32Array,
  options: AutoOptions,
  pool: ComputePool,
): Promise<AutoAnswers> {
  if (options.pool === 'place')
    throw new WeatherglassError(
      'Usage',
      'under auto each expert has its own way of fitting places together or alone: leave the choice of place out',
    );
  const [asking, mixing] = stagedProgress(options.onProgress, STAGES);
  const asked = slotsFor(pairs, targets, options.asOf);
  const answers = await askExperts(pairs, asked, { ...options, onProgress: asking }, pool);
  const { slotOf, slots, answerTime } = asked;
  const quantiles = new Float32Array(new SharedArrayBuffer(4 * slots * answers.levels.length)).fill(
    Number.NaN,
  );
  const isTarget = new Uint8Array(pairs.rows);
  for (const row of targets) isTarget[row] = 1;
  const night = nightRows({ ...pairs, availableTime: answerTime });
  const groups = [...rowsByBand(pairs, slotOf)];
  const bands: AutoBand[] = [];
  await pool.run<MixChunk, MixedChunk>(
    'mixChunk',
    groups.map(([, rows]) => mixChunk(pairs, rows, asked, isTarget, night, answers, quantiles)),
    (mixed, k) => void bands.push(describeBand(pairs, groups[k][1][0], answers.experts, mixed)),
    { signal: options.signal, onProgress: mixing },
  );
  const physics = await obeyAll(pairs, asked, answers.levels, quantiles, options.signal, pool);
  return { levels: answers.levels, quantiles, slotOf, bands, physics, silent: answers.refusals };
}

/** Targets, and rows with outcomes from some time before the first of them on. */
function slotsFor(
  { rows, availableTime, observation }: Pairs,
  targets: Int32Array,
  asOf: number | undefined,
): Asked {
  const answerTime = availableTime.slice();
  if (asOf !== undefined) for (const row of targets) answerTime[row] = asOf;
  const first = targets.reduce((least, row) => Math.min(least, answerTime[row]), Infinity);
  const from = first - WARM_UP_DAYS * msPerDay;
  const slotOf = new Int32Array(rows).fill(-1);
  for (const row of targets) slotOf[row] = 0;
  for (let row = 0; row < rows; row++)
    if (availableTime[row] >= from && !Number.isNaN(observation[row])) slotOf[row] = 0;
  let slots = 0;
  for (let row = 0; row < rows; row++) if (slotOf[row] === 0) slotOf[row] = slots++;
  return { slotOf, slots, answerTime, asOf };
}

function rowsByBand(pairs: Pairs, slotOf: Int32Array): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let row = 0; row < pairs.rows; row++) {
    if (slotOf[row] < 0) continue;
    const key = `${pairs.variable[row]} ${wideBandOf(pairs.lead[row])}`;
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [row]);
    else own.push(row);
  }
  return groups;
}

function mixChunk(
  pairs: Pairs,
  rows: readonly number[],
  { slotOf, answerTime }: Asked,
  isTarget: Uint8Array,
  night: Uint8Array,
  { levels, quantiles }: ExpertAnswers,
  out: Float32Array,
): MixChunk {
  const { lower, upper } = pairs.variables[pairs.variable[rows[0]]];
  const column = (from: Float64Array) => Float64Array.from(rows, (row) => from[row]);
  return {
    slots: Int32Array.from(rows, (row) => slotOf[row]),
    validTime: column(pairs.validTime),
    availableTime: column(answerTime),
    knownTime: column(pairs.outcomeKnownTime),
    outcome: column(pairs.observation),
    isTarget: Uint8Array.from(rows, (row) => isTarget[row]),
    night: Uint8Array.from(rows, (row) => night[row]),
    daysAhead: Math.ceil(wideBandOf(pairs.lead[rows[0]]) / 24),
    lower,
    upper,
    levels,
    experts: quantiles,
    out,
  };
}

/** How it came about, without what was said. */
export function reportOf({ bands, silent, physics }: AutoAnswers): AutoReport {
  return { bands, silent, physics };
}

function describeBand(
  pairs: Pairs,
  row: number,
  experts: readonly string[],
  { meanCrps, mixedCrps, answered, meanWeights, lastWeights, lastWidth }: MixedChunk,
): AutoBand {
  return {
    variable: pairs.variables[pairs.variable[row]].name,
    band: wideBandOf(pairs.lead[row]),
    experts: experts.map((name, e) => ({
      name,
      crps: meanCrps[e],
      mixedCrps: mixedCrps[e],
      answered: answered[e],
      weight: meanWeights[e],
      lastWeight: lastWeights[e],
    })),
    width: Math.exp(lastWidth),
  };
}
