import { poolJob } from '../runtime/pool-job.ts';
import { runBacktestChunk } from './backtest-chunk.ts';
import { runBatchChunk } from './batch-chunk.ts';
import { runExpertChunk } from './expert-chunk.ts';
import { runFitChunk } from './fit-chunk.ts';
import { runIssueChunk } from './issue-chunk.ts';
import { runMixChunk } from './mix-chunk.ts';
import { runPhysicsChunk } from './physics-chunk.ts';
import { runPredictChunk } from './predict-chunk.ts';
import { runQualityChunk } from './quality-chunk.ts';
import { runSkillChunk } from './skill-chunk.ts';
import { runTrainChunk } from './train-chunk.ts';
import { runVerifyChunk } from './verify-chunk.ts';

/** The pool's worker module: each export is a job by name, a thin wrapper of a pure function. */

export const backtestChunk = poolJob(runBacktestChunk);
export const batchChunk = poolJob(runBatchChunk, ({ quantiles }) => [quantiles.buffer]);
export const expertChunk = poolJob(runExpertChunk);
export const fitChunk = poolJob(runFitChunk);
export const issueChunk = poolJob(runIssueChunk);
export const mixChunk = poolJob(runMixChunk);
export const physicsChunk = poolJob(runPhysicsChunk);
export const predictChunk = poolJob(runPredictChunk);
export const qualityChunk = poolJob(runQualityChunk);
export const skillChunk = poolJob(runSkillChunk);
export const trainChunk = poolJob(runTrainChunk);
export const verifyChunk = poolJob(runVerifyChunk);
