import { isWeatherglassError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { msPerHour } from '../weather/time.ts';

/** What did not come, and why. */
export interface CollectFailure {
  readonly source: string;
  readonly places: readonly string[];
  readonly error: Error;
}

/** Whether it was the question that was wrong, or a reply that could not be understood: others may be answered. */
export function isRefusal(error: unknown): boolean {
  return isWeatherglassError(error, 'InvalidData') || isWeatherglassError(error, 'NotFound');
}

/** How far collecting has come for one source and place. */
export interface Progress {
  /** When it was last asked for. */
  readonly at: number;
  /** How often in a row that has failed. */
  readonly failures: number;
  /** Issue of the newest run; of a station the newest hour. */
  readonly newest: number;
}

/** By source and place. */
export type CollectProgress = Map<string, Progress>;

const notAsked: Progress = { at: -Infinity, failures: 0, newest: -Infinity };

/** What the readings of a source are known under: its forecasts, if it has them too, are asked for at other times. */
export function stationsOf(source: string): string {
  return `${source} (stations)`;
}

/** Where a store stands before anything is asked: a run that came last counts as asked for when it came. */
export async function readProgress(store: Store): Promise<CollectProgress> {
  const runs = await store.newestRuns();
  const progress: CollectProgress = new Map(
    runs.map(({ source, place, issuedAt, knownAt }) => [
      keyOf(source, place),
      { at: knownAt, failures: 0, newest: issuedAt },
    ]),
  );
  for (const { origin, place, newest } of await store.origins())
    progressOf(progress, stationsOf(origin), place).reached(newest);
  return progress;
}

/** What is known of one source and place, and how to add to it. */
export function progressOf(progress: CollectProgress, source: string, place: string) {
  const key = keyOf(source, place);
  const now = progress.get(key) ?? notAsked;
  return {
    now,
    asked(at: number, failed: boolean): void {
      const before = progress.get(key) ?? notAsked;
      progress.set(key, { ...before, at, failures: failed ? before.failures + 1 : 0 });
    },
    reached(newest: number): void {
      const before = progress.get(key) ?? notAsked;
      if (newest > before.newest) progress.set(key, { ...before, newest });
    },
  };
}

/** Milliseconds until what has failed is asked for again: doubled each time, up to six hours. */
export function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(600_000 * 2 ** (failures - 1), 6 * msPerHour);
}

function keyOf(source: string, place: string): string {
  return `${source}\n${place}`;
}
