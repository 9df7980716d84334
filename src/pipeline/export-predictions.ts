import { WeatherglassError } from '../errors.ts';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import type { Store, StoredPrediction } from '../store/store.ts';
import { didYouMean } from '../weather/nearest-names.ts';
import { formatInstant } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { servedContenders } from './experts.ts';
import { exportHeader, quoted, scoreFields } from './export-line.ts';
import {
  askedFor,
  checkCancelled,
  type Exported,
  type ExportQuery,
  flaggedNotice,
  nothingToExport,
  selectionOf,
  type TakeText,
} from './export-selection.ts';
import { type LatestOutcomes, latestOutcomes, outcomeAt } from './latest-outcomes.ts';
import { scoredTarget, scoreTarget } from './score-target.ts';
import { type LineWriter, lineWriter } from './table-lines.ts';

export interface PredictionsQuery extends ExportQuery {
  /** Who answered; what is served by default. */
  readonly contender?: string | undefined;
}

/** What happened to the predictions that were looked at. */
interface Tally {
  /** Values whose outcome is not known. */
  open: number;
  /** Values of the contender asked for. */
  answered: number;
  flagged: number;
  readonly contenders: Set<string>;
}

/**
 * Writes what was predicted beside what happened, as the table that `score` reads: by place, variable, issue and valid
 * time; only where the outcome is known, in its latest version. `init_time` is the issue of the newest run used.
 *
 * @throws WeatherglassError NotFound: a place, variable or contender that is not in the store, or nothing to export.
 *   Cancelled; what `take` throws.
 */
export async function exportPredictions(
  store: Store,
  query: PredictionsQuery,
  take: TakeText,
): Promise<Exported> {
  const { places, variables } = await selectionOf(store, query);
  const { period, contender = servedContenders[0] } = query;
  const names = variables.map(({ name }) => name);
  const lines = lineWriter(exportHeader, take);
  const tally: Tally = { open: 0, answered: 0, flagged: 0, contenders: new Set() };
  for (const [done, place] of places.entries()) {
    const outcomes = await latestOutcomes(store, place.name, names, period.from, period.until);
    for (const variable of variables)
      for await (const block of store.predictions({
        places: [place.name],
        variables: [variable.name],
        issuedUntil: period.until,
      })) {
        checkCancelled(query);
        for (const prediction of block) {
          addPrediction(lines, prediction, variable, contender, query, outcomes.get(variable.name), tally);
          await lines.pass();
        }
      }
    query.onProgress?.(done + 1, places.length);
  }
  await lines.finish();
  if (lines.rows() === 0) throw whyNothing(store, query, contender, tally);
  const { open, flagged } = tally;
  return {
    rows: lines.rows(),
    notices: [
      ...(open > 0
        ? [
            `${open} ${open === 1 ? 'value predicted has' : 'values predicted have'} no outcome yet and ${open === 1 ? 'is' : 'are'} left out`,
          ]
        : []),
      ...flaggedNotice(flagged),
    ],
  };
}

const target = scoredTarget();

function addPrediction(
  lines: LineWriter,
  prediction: StoredPrediction,
  variable: Variable,
  contender: string,
  { period }: PredictionsQuery,
  outcomes: LatestOutcomes | undefined,
  tally: Tally,
): void {
  const { place, validTimes, runTimes, contenders } = prediction;
  for (const name of contenders) tally.contenders.add(name);
  const index = contenders.indexOf(contender);
  if (index < 0) return;
  const laws = lawsOf(prediction, index, variable);
  for (let i = 0; i < validTimes.length; i++) {
    if (!(validTimes[i] >= period.from && validTimes[i] < period.until)) continue;
    // A contender that had no answer has no mean.
    if (Number.isNaN(laws.mean(i))) continue;
    tally.answered++;
    const outcome = outcomeAt(outcomes, validTimes[i]);
    if (!scoreTarget(laws, i, outcome, target)) {
      tally.open++;
      continue;
    }
    if (outcomes?.flagged.has(validTimes[i])) tally.flagged++;
    lines.add(
      `${quoted(place)},${formatInstant(runTimes[i])},${formatInstant(validTimes[i])},${variable.name},${quoted(contender)},${laws.law},${scoreFields(target)},${outcome}`,
    );
  }
}

/** What one contender said, as distributions: one a valid time. */
function lawsOf(
  { contenders, levels, quantiles, validTimes }: StoredPrediction,
  contender: number,
  { lower, upper }: Variable,
) {
  const count = levels.length;
  const values = new Float64Array(validTimes.length * count);
  for (let i = 0; i < validTimes.length; i++) {
    const from = (i * contenders.length + contender) * count;
    values.set(quantiles.subarray(from, from + count), i * count);
  }
  return quantileDistributions(Float64Array.from(levels), values, lower, upper);
}

function whyNothing(
  store: Store,
  query: PredictionsQuery,
  contender: string,
  { contenders, answered }: Tally,
): WeatherglassError {
  const asked = askedFor(query);
  if (contenders.size === 0)
    return nothingToExport(
      `nothing has been predicted${asked} in ${store.location}; \`weatherglass predict\` and \`weatherglass replay\` do`,
    );
  if (!contenders.has(contender))
    return new WeatherglassError(
      'NotFound',
      `no ${contender} is among those who answered${asked}.${didYouMean(contender, contenders)} There are ${[...contenders].join(', ')}.`,
    );
  return nothingToExport(
    answered === 0
      ? `${contender} has predicted nothing${asked} in ${store.location}`
      : `no outcome of what was predicted${asked} is known yet; import observations`,
  );
}
