import { unlinkSync } from 'node:fs';
import { runIssueChunk } from '../src/pipeline/issue-chunk.ts';
import { runQualityChunk } from '../src/pipeline/quality-chunk.ts';
import { runTrainChunk } from '../src/pipeline/train-chunk.ts';
import { runVerifyChunk } from '../src/pipeline/verify-chunk.ts';
import { type JobControl, poolJob } from '../src/runtime/pool-job.ts';

/**
 * The loop's jobs in threads that can be killed from outside: the first that finds the file `WG_TEST_KILL` while it works
 * takes it away and runs out of memory.
 */

const file = process.env.WG_TEST_KILL ?? '';

function dieWhenTold(): void {
  try {
    // Of two threads only one can.
    unlinkSync(file);
  } catch {
    return;
  }
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(10_000).fill(kept.length));
}

function mortal<Input, Output>(run: (input: Input, control: JobControl) => Output | Promise<Output>) {
  return poolJob<Input, Output>((input, control) =>
    run(input, {
      checkpoint(done, total) {
        dieWhenTold();
        control.checkpoint(done, total);
      },
    }),
  );
}

export const issueChunk = mortal(runIssueChunk);
export const qualityChunk = mortal(runQualityChunk);
export const trainChunk = mortal(runTrainChunk);
export const verifyChunk = mortal(runVerifyChunk);
