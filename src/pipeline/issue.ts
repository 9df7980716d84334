import { plusChanges } from '../forecast/physics.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import { type Store, trainedNote } from '../store/store.ts';
import { horizonHours } from '../weather/lead-band.ts';
import { namePlaces } from '../weather/name-places.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import type { IssueChunk, IssuedChunk } from './issue-chunk.ts';
import type { TrainingNote } from './method.ts';
import type { Mixing } from './mixing.ts';
import { placeChunks } from './place-chunks.ts';
import { type ReplayedHistory } from './train.ts';

export interface IssueOptions extends RunOptions {
  /** Forecasts that became known after this … */
  readonly after?: number | undefined;
  /** … and by this are answered, unless they have been. */
  readonly until: number;
  /** Answers are given when each forecast became known, as a running loop would have, and not at `until`. */
  readonly atArrival?: boolean | undefined;
  /** The newest training that may answer. */
  readonly trainedUntil: number;
  readonly mixing: readonly Mixing[];
  /** For callers that issue again and again on one growing history: see `threadHistory`. */
  readonly history?: ReplayedHistory | undefined;
}

export interface IssueResult {
  /** Predictions of one variable at one place and time. */
  readonly predictions: number;
  readonly values: number;
  /** Values that no expert could answer. */
  readonly unanswered: number;
  /** How many quantiles of how many values each rule of physics moved. */
  readonly moved: PhysicsChanges;
}

/**
 * Days of runs before a forecast that hold all of its recent errors: a day more than those reach back, and the horizon,
 * because a run is issued before what it says is valid.
 */
export const recentDays = 91 + horizonHours / 24;

/** Where the store notes the longest lead ever predicted, in hours: how far back a scored day's predictions go. */
export const longestLeadNote = 'loop.longest_lead';

/**
 * Answers every forecast that has arrived: each expert, their mixture, and how it was made, kept as issued.
 *
 * Places are answered chunk by chunk, each chunk durable before the next; what was answered is not answered again.
 *
 * @throws WeatherglassError Cancelled; what writing throws.
 */
export async function issue(store: Store, options: IssueOptions, pool: ComputePool): Promise<IssueResult> {
  const { after = -Infinity, until, history } = options;
  // The same for all days until the next training, so that threads read its artefacts once.
  const trained = Number((await store.note(trainedNote)) ?? Number.NaN);
  const trainedUntil = trained <= options.trainedUntil ? trained : options.trainedUntil;
  // One for all chunks: threads decode what was trained once.
  const historyId = history?.id ?? crypto.randomUUID();
  const chunks = (await placeChunks(store, pool.threads)).map(
    (places): IssueChunk => ({
      store: store.location,
      historyId,
      places,
      historyFrom:
        (history?.begins ?? Math.max(after, until - horizonHours * msPerHour)) - recentDays * msPerDay,
      historyUntil: history?.knownUntil ?? until,
      begins: history?.begins,
      after,
      until,
      issuedAt: options.atArrival === true ? undefined : until,
      mixing: options.mixing,
      trainedUntil,
    }),
  );
  let predictions = 0;
  let values = 0;
  let unanswered = 0;
  let moved: PhysicsChanges = {};
  let longestLead = Number((await store.note(longestLeadNote)) ?? 0);
  const noted = new Set<string>();
  /** Those that the store does not have. */
  async function newNotes(trainings: readonly TrainingNote[]): Promise<Record<string, string>> {
    const added: Record<string, string> = {};
    for (const { name, value } of trainings) {
      if (!noted.has(name) && (await store.note(name)) === undefined) added[name] = value;
      noted.add(name);
    }
    return added;
  }
  await pool.run<IssueChunk, IssuedChunk>(
    'issueChunk',
    chunks,
    async (issued) => {
      predictions += issued.predictions.length;
      values += issued.predictions.reduce((sum, { validTimes }) => sum + validTimes.length, 0);
      unanswered += issued.unanswered;
      moved = plusChanges(moved, issued.moved);
      longestLead = Math.max(longestLead, issued.longestLead);
      if (issued.predictions.length > 0)
        await store.write({
          predictions: issued.predictions,
          notes: { ...(await newNotes(issued.trainings)), [longestLeadNote]: String(longestLead) },
        });
    },
    { ...options, about: (index) => namePlaces(chunks[index].places) },
  );
  return { predictions, values, unanswered, moved };
}
