import { isWeatherglassError, type WeatherglassError } from '../errors.ts';
import type { IssuedForecast } from '../sources/source.ts';
import type { Run, Store } from '../store/store.ts';
import type { CollectProgress } from './collect-progress.ts';
import type { RunMaker } from './issued-runs.ts';
import { mislabelledRuns } from './mislabelled-runs.ts';

/** A run that was sent and cannot be. */
export interface WrongRun {
  readonly source: string;
  readonly place: string;
  readonly error: WeatherglassError;
}

export interface SoundRuns {
  readonly runs: readonly Run[];
  readonly wrong: readonly WrongRun[];
}

/**
 * Runs of what a source sent in one reply, each judged on its own: one of a value that cannot be, or of temperatures in
 * another unit than declared, costs the others nothing.
 *
 * @throws what reading the store throws
 */
export async function soundRuns(
  store: Store,
  maker: RunMaker,
  forecasts: readonly IssuedForecast[],
  progress: CollectProgress,
): Promise<SoundRuns> {
  const { runs, wrong } = possibleRuns(maker, forecasts);
  const mislabelled = await mislabelledRuns(store, runs, progress);
  return {
    runs: runs.filter((run) => !mislabelled.has(run)),
    wrong: [...wrong, ...[...mislabelled].map(([{ source, place }, error]) => ({ source, place, error }))],
  };
}

/** Runs of what a source sent, without those of values that cannot be. */
export function possibleRuns(maker: RunMaker, forecasts: readonly IssuedForecast[]): SoundRuns {
  const runs: Run[] = [];
  const wrong: WrongRun[] = [];
  for (const forecast of forecasts)
    try {
      runs.push(maker.runOf(forecast));
    } catch (error) {
      if (!isWeatherglassError(error, 'InvalidData')) throw error;
      wrong.push({ source: forecast.source, place: forecast.place, error });
    }
  return { runs, wrong };
}
