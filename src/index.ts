/**
 * Weatherglass as a library: the pure cores, the models, the back-test, and the store with its loop.
 *
 * Files become tables with {@link readPairs} and {@link readObservations}; {@link openPool} starts the threads that
 * {@link backtest}, {@link predict} and {@link fit} work on. {@link openStore} opens what {@link importTable} fills,
 * {@link replay} and {@link step} turn the loop over, and {@link servedPredictions} and {@link skillReport} read.
 * {@link predictEvent} tells how likely something is, {@link answerQuestion} what acting on that would have been worth.
 * {@link predictMany} predicts for however many places at once.
 */
import { jobsUrl } from './pipeline/jobs-url.ts';
import { type ComputePool, openComputePool } from './runtime/compute-pool.ts';

export * from './errors.ts';
export * from './forecast/distributions.ts';
export { empirical, ensembles, makeSample, type Sample } from './forecast/empirical.ts';
export { type EventShares, eventShares, longestSpells } from './forecast/event-shares.ts';
export * from './forecast/law.ts';
export { type Family, familyName, parametric } from './forecast/parametric.ts';
export { quantileDistributions } from './forecast/quantile-distributions.ts';
export * from './forecast/rank-order.ts';
export * from './forecast/trajectories.ts';
export { weightedAtoms } from './forecast/weighted-atoms.ts';
export type { Artefact, Cases, Control, Model, Selection, Settings } from './models/model.ts';
export { findModel, fitOrSimpler, models } from './models/registry.ts';
export { type SettingsChoice, settingsFor } from './models/settings.ts';
export type { AutoBand, AutoExpert } from './pipeline/auto.ts';
export { type BacktestOptions, type BacktestResult, backtest } from './pipeline/backtest.ts';
export type { BatchRows } from './pipeline/batch-chunk.ts';
export { type FitOptions, type FitReport, fit } from './pipeline/fit.ts';
export { type ImportOptions, importTable } from './pipeline/import.ts';
export { type ReplayResult, replay, type StepResult, step } from './pipeline/loop.ts';
export { pairsOfObservations } from './pipeline/observed-pairs.ts';
export { type Prediction, type PredictOptions, type PredictResult, predict } from './pipeline/predict.ts';
export { type EventForecast, type EventQuery, predictEvent } from './pipeline/predict-event.ts';
export {
  type FailedPlace,
  type PredictedAt,
  type PredictedBlock,
  type PredictManyOptions,
  type PredictManyResult,
  predictMany,
} from './pipeline/predict-many.ts';
export { answerQuestion, type QuestionAnswer, type QuestionQuery } from './pipeline/question.ts';
export { type ScoredPredictions, scorePredictions } from './pipeline/score-predictions.ts';
export { type Served, servedPredictions } from './pipeline/served.ts';
export { type SkillQuery, type SkillRow, skillReport } from './pipeline/skill.ts';
export { storedObservations, storedPairs } from './pipeline/stored-pairs.ts';
export { type Breaker, openBreaker } from './runtime/breaker.ts';
export { type Clock, systemClock } from './runtime/clock.ts';
export type { ComputePool } from './runtime/compute-pool.ts';
export { withDeadline } from './runtime/deadline.ts';
export { defaultRetry, type RetryPolicy, retry } from './runtime/retry.ts';
export { openSemaphore, type Semaphore } from './runtime/semaphore.ts';
export { mapAll, openTaskGroup, type Settled, settleAll, type TaskGroup } from './runtime/task-group.ts';
export { runningTasks, task } from './runtime/tasks.ts';
export * from './scores/accumulate.ts';
export * from './scores/bootstrap.ts';
export * from './scores/brier.ts';
export * from './scores/corp.ts';
export * from './scores/corp-bands.ts';
export * from './scores/crps-ensemble.ts';
export * from './scores/economic-value.ts';
export * from './scores/energy.ts';
export * from './scores/pinball.ts';
export * from './scores/pit.ts';
export { type Random, seededRandom } from './scores/random.ts';
export * from './scores/skill.ts';
export * from './scores/variogram.ts';
export { zoneOf } from './sources/zone.ts';
export { openStore } from './store/sqlite-store.ts';
export type * from './store/store.ts';
export { readNoaaSample } from './tables/noaa-sample.ts';
export { readObservations } from './tables/observations-csv.ts';
export { readPairs } from './tables/pairs-csv.ts';
export { bandName, bandOf, leadBands } from './weather/lead-band.ts';
export * from './weather/local-day.ts';
export * from './weather/location.ts';
export type { Observations, Pairs, TablePlace } from './weather/pairs.ts';
export * from './weather/place.ts';
export * from './weather/time.ts';
export * from './weather/units.ts';
export * from './weather/variable.ts';

/** Starts the worker threads that the CPU work runs on; end them with `await using` or by disposing. */
export function openPool(threads?: number): ComputePool {
  return openComputePool(jobsUrl, { threads });
}
