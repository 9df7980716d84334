import { Piscina } from 'piscina';
import { type ComputePool, openComputePool } from '../src/runtime/compute-pool.ts';
import { alternate, type Bench, type Effort, fullEffort, rowsFor } from './measure.ts';

const jobs = new URL('./pool-jobs.ts', import.meta.url);
/** As many as the cores of the smallest machine, so that figures of different machines can be compared. */
const THREADS = 2;
const SMALL = 8 * 1024;
const LARGE = 8 * 1024 * 1024;

/** Seconds of the same number of tiny chunks through the pool. */
async function throughPool(pool: ComputePool, count: number): Promise<number> {
  const inputs = Array.from({ length: count }, (_, value) => ({ value }));
  const started = performance.now();
  let sum = 0;
  await pool.run<{ value: number }, number>('double', inputs, (output) => {
    sum += output;
  });
  checkSum(sum, count);
  return (performance.now() - started) / 1000;
}

/** The same with nothing but piscina, and as many in flight as the pool has. */
async function throughBare(piscina: Piscina, count: number): Promise<number> {
  const inputs = Array.from({ length: count }, (_, value) => ({ value }));
  const started = performance.now();
  let next = 0;
  let sum = 0;
  const lane = async () => {
    while (next < count) {
      const output = (await piscina.run(inputs[next++], { name: 'bareDouble' })) as number;
      sum += output;
    }
  };
  await Promise.all(Array.from({ length: THREADS + 1 }, lane));
  checkSum(sum, count);
  return (performance.now() - started) / 1000;
}

function checkSum(sum: number, count: number): void {
  if (sum !== count * (count - 1)) throw new Error(`${count} chunks answered ${sum} in all`);
}

/** Seconds to move a buffer of some bytes there and back so many times. */
async function moveThereAndBack(pool: ComputePool, size: number, count: number): Promise<number> {
  type Bytes = { readonly bytes: Uint8Array<ArrayBuffer> };
  let bytes = new Uint8Array(size).fill(7);
  const inputs = Array.from({ length: count }, () => () => ({ bytes }));
  let seconds = 0;
  // One after the other: the same buffer goes there and comes back every time.
  for (const input of inputs) {
    const started = performance.now();
    await pool.run<Bytes, Bytes>('back', [input], (output) => void ({ bytes } = output), {
      move: (sent) => [sent.bytes.buffer],
    });
    seconds += (performance.now() - started) / 1000;
    if (bytes.length !== size || bytes[size - 1] !== 7) throw new Error('the buffer came back changed');
  }
  return seconds;
}

/** Milliseconds from an abort to the end of a run that works in every thread. */
async function cancelMs(pool: ComputePool): Promise<number> {
  const begun = Array.from({ length: THREADS }, () => new Int32Array(new SharedArrayBuffer(4)));
  const controller = new AbortController();
  const run = pool
    .run(
      'endless',
      begun.map((one) => ({ begun: one })),
      () => {},
      { signal: controller.signal },
    )
    .then(
      () => {
        throw new Error('an endless job ended');
      },
      () => performance.now(),
    );
  for (const one of begun) if (Atomics.load(one, 0) === 0) await Atomics.waitAsync(one, 0, 0).value;
  const aborted = performance.now();
  controller.abort();
  return (await run) - aborted;
}

async function measurePool(pool: ComputePool, bare: Piscina, effort: Effort) {
  const calls = rowsFor(effort, 20_000);
  const moves = rowsFor(effort, 500);
  const rounds = effort === fullEffort ? effort.rounds : 1;
  const calling = await alternate(
    { pool: () => throughPool(pool, calls), bare: () => throughBare(bare, calls) },
    rounds,
  );
  const moving = await alternate(
    { small: () => moveThereAndBack(pool, SMALL, moves), large: () => moveThereAndBack(pool, LARGE, moves) },
    rounds,
  );
  const cancelling = await alternate({ cancel: () => cancelMs(pool) }, effort === fullEffort ? 50 : 1);
  const microseconds = (seconds: number, count: number) => (seconds / count) * 1e6;
  return {
    figures: {
      callMicroseconds: microseconds(calling.value('pool'), calls),
      overheadRatio: calling.ratio('pool', 'bare'),
      move8KiBMicroseconds: microseconds(moving.value('small'), moves),
      move8MiBMicroseconds: microseconds(moving.value('large'), moves),
      moveRatio: moving.ratio('large', 'small'),
      cancelMs: cancelling.value('cancel'),
    },
    peers: { bareMicroseconds: microseconds(calling.value('bare'), calls) },
  };
}

/** What a chunk costs beside its work, held against bare piscina with the same threads and as many chunks in flight. */
export const pool: Bench = {
  name: 'pool',
  about: 'tiny chunks through the thread pool beside bare piscina; buffers of 8 KB and 8 MB moved; an abort',
  async run(effort) {
    await using own = openComputePool(jobs, { threads: THREADS });
    const bare = new Piscina({
      filename: jobs.href,
      minThreads: THREADS,
      maxThreads: THREADS,
      idleTimeout: Infinity,
    });
    try {
      return await measurePool(own, bare, effort);
    } finally {
      await bare.destroy();
    }
  },
};
