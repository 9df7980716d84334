import { WeatherglassError } from '../errors.ts';
import { findModel } from '../models/registry.ts';
import { checkChoice, type SettingsChoice, settingsFor } from '../models/settings.ts';
import type { ComputePool } from '../runtime/compute-pool.ts';
import type { Pairs } from '../weather/pairs.ts';
import { autoName } from './auto.ts';
import { unitsOf } from './backtest-plan.ts';
import { groupCases } from './case-groups.ts';
import type { FitChunk, FitReport } from './fit-chunk.ts';
import { nameCases } from './name-cases.ts';

export interface FitOptions extends SettingsChoice {
  readonly model: string;
  readonly pool?: 'all' | 'place' | undefined;
  /** Only outcomes known by then are used; all by default. */
  readonly until?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export type { FitReport };

/**
 * Fits a model to everything known and reports what it learned: for each variable and lead, and for each place where
 * places are fitted alone.
 *
 * @throws WeatherglassError Usage for options that do not fit; Cancelled.
 */
export async function fit(pairs: Pairs, options: FitOptions, pool: ComputePool): Promise<FitReport[]> {
  if (options.model === autoName)
    throw new WeatherglassError(
      'Usage',
      'auto is no model of its own but all of them mixed, so it has no parameters to print: fit one that `weatherglass models` lists, or see by `weatherglass backtest --model auto` whom it believes',
    );
  const model = findModel(options.model);
  checkChoice('pool', options.pool, ['all', 'place']);
  const { groups } = groupCases(pairs, model);
  const chunks = groups.flatMap((cases) =>
    unitsOf(cases, options.pool ?? 'all').map(
      (unit): FitChunk => ({
        cases,
        unit,
        until: options.until ?? Infinity,
        model: model.name,
        settings: settingsFor(cases.variable, options),
        byPlace: options.pool === 'place',
      }),
    ),
  );
  const reports: FitReport[] = [];
  await pool.run<FitChunk, FitReport>('fitChunk', chunks, (report) => void reports.push(report), {
    signal: options.signal,
    onProgress: options.onProgress,
    about: (index) => nameCases(chunks[index].cases, [chunks[index].unit]),
  });
  return reports;
}
