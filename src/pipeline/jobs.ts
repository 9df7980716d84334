import { constants, setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { WeatherglassError } from '../errors.ts';
import type { Control } from '../models/model.ts';
import type { JobControl, JobReply } from '../runtime/compute-pool.ts';
import { type BacktestChunk, type ChunkResult, runBacktestChunk } from './backtest-chunk.ts';
import { type FitChunk, type FitReport, runFitChunk } from './fit-chunk.ts';
import { type IssueChunk, type IssuedChunk, runIssueChunk } from './issue-chunk.ts';
import { type PredictChunk, type PredictChunkResult, runPredictChunk } from './predict-chunk.ts';
import { runTrainChunk, type TrainChunk, type TrainedChunk } from './train-chunk.ts';
import { runVerifyChunk, type VerifiedChunk, type VerifyChunk } from './verify-chunk.ts';

// Answers to requests come before learning: threads of the pool wait where the event loop has something to do.
if (!isMainThread) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

/** The pool's worker module: each export is a job by name, a thin wrapper of a pure function. */

export function backtestChunk(input: BacktestChunk & JobControl): Promise<JobReply<ChunkResult>> {
  return answer(() => runBacktestChunk(input, controlOf(input)));
}

export function predictChunk(input: PredictChunk & JobControl): Promise<JobReply<PredictChunkResult>> {
  return answer(() => runPredictChunk(input, controlOf(input)));
}

export function fitChunk(input: FitChunk & JobControl): Promise<JobReply<FitReport>> {
  return answer(() => runFitChunk(input, controlOf(input)));
}

export function trainChunk(input: TrainChunk & JobControl): Promise<JobReply<TrainedChunk>> {
  return answer(() => runTrainChunk(input, controlOf(input)));
}

export function issueChunk(input: IssueChunk & JobControl): Promise<JobReply<IssuedChunk>> {
  return answer(() => runIssueChunk(input, controlOf(input)));
}

export function verifyChunk(input: VerifyChunk & JobControl): Promise<JobReply<VerifiedChunk>> {
  return answer(() => runVerifyChunk(input, controlOf(input)));
}

async function answer<T>(compute: () => T | Promise<T>): Promise<JobReply<T>> {
  try {
    return { ok: await compute() };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message, ...(stack === undefined ? {} : { stack }) } };
  }
}

function controlOf({ cancelled }: JobControl): Control {
  return {
    checkpoint() {
      if (Atomics.load(cancelled, 0) !== 0) throw new WeatherglassError('Cancelled', 'stopped on request');
    },
  };
}
