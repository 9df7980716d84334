import { poolJob } from '../src/runtime/pool-job.ts';

/** The worker module of the bench: each job in the pool's form and, for the bare peer, as it is. */

export const bareDouble = ({ value }: { readonly value: number }) => 2 * value;
export const double = poolJob(bareDouble);

/** Sends the buffer back, moved. */
export const back = poolJob(
  ({ bytes }: { readonly bytes: Uint8Array<ArrayBuffer> }) => ({ bytes }),
  ({ bytes }) => [bytes.buffer],
);

/** Works for ever, with a checkpoint about every millisecond; says when it has begun. */
export const endless = poolJob(({ begun }: { readonly begun: Int32Array }, control): number => {
  Atomics.store(begun, 0, 1);
  Atomics.notify(begun, 0);
  for (let k = 0; ; k++) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    control.checkpoint(k, Number.NaN);
  }
});
