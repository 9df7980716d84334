import { constants, setPriority } from 'node:os';
import { inspect } from 'node:util';
import { threadId, workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { WeatherglassError } from '../errors.ts';
import { type JobReply, type JobRequest, SLOTS, slotField } from './job-slot.ts';

/** Handed to every job beside its input. */
export interface JobControl {
  /**
   * Throws Cancelled when the job is to stop, and else notes how much of it is done, where `total` is known.
   *
   * To be called every few milliseconds; it costs some nanoseconds.
   */
  readonly checkpoint: (done: number, total: number) => void;
}

// Undefined outside of the pool's threads: a module of jobs may be imported anywhere.
const slots = (workerData as { readonly [SLOTS]?: Int32Array } | null)?.[SLOTS];

// Answers to requests come before learning: threads of the pool wait where the event loop has something to do.
// Elsewhere than on Linux this would slow down the whole process.
if (slots !== undefined && process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

/**
 * Makes a job of a function: what a worker module of the pool exports.
 *
 * @param moves names the buffers of an output that are moved to the caller instead of copied. The thread loses them, so
 *   nothing it keeps may be among them.
 */
export function poolJob<Input, Output>(
  compute: (input: Input, control: JobControl) => Output | Promise<Output>,
  moves?: (output: Output) => readonly ArrayBuffer[],
): (request: JobRequest) => Promise<JobReply<Output>> {
  return async ({ input, slot }) => {
    const control = controlAt(slot);
    try {
      Atomics.store(slots!, slot + slotField.thread, threadId);
      // It may have been stopped on its way.
      control.checkpoint(0, 0);
      const ok = await compute(input as Input, control);
      return moves === undefined ? { ok } : moving({ ok }, moves(ok));
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(inspect(error));
      return { error: { name, message, ...(stack !== undefined && { stack }) } };
    }
  };
}

function controlAt(slot: number): JobControl {
  const shared = slots!;
  return {
    checkpoint(done, total) {
      if (Atomics.load(shared, slot + slotField.stop) !== 0)
        throw new WeatherglassError('Cancelled', 'stopped on request');
      if (total > 0) {
        shared[slot + slotField.done] = done;
        shared[slot + slotField.total] = total;
      }
    },
  };
}

/** The form in which piscina takes buffers to move from a thread; to the caller it is the value. */
function moving<T extends object>(value: T, buffers: readonly ArrayBuffer[]): T {
  return move({ [transferableSymbol]: [...new Set(buffers)], [valueSymbol]: value } as object as never) as T;
}
