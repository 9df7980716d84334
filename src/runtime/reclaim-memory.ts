import { Session } from 'node:inspector/promises';
import type { Clock } from './clock.ts';

/** Milliseconds that V8 keeps the memory of ended threads for others (`--memory-pool-timeout`, 8 s), and some more. */
const POOLED = 10_000;

/**
 * Gives back the memory that worker threads have left behind which have just ended, as soon as that can be.
 *
 * V8 keeps their heaps for new threads for a while, and gives them back only with the next large collection of garbage by
 * the thread that started them, which one that is at rest may not make for hours. And the C library keeps what they
 * allocated and freed in small pieces, such as the buffers of typed arrays, for good. Two threads that had learned from
 * 1,000 places left 700 MB behind; ten seconds later a collection freed 330 MB of it, and trimming another 250 MB.
 *
 * An abort of `signal` ends it before that. It never rejects: a failure is a warning, for nothing depends on it.
 */
export async function reclaimMemory(clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(POOLED, signal);
    await collectGarbage();
    trimFreeMemory();
  } catch (error) {
    if (!signal.aborted) process.emitWarning(error as Error);
  }
}

async function collectGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    session.disconnect();
  }
}

/** Returns free pages of the C library to the system, where it is glibc; others do so on their own, or cannot. */
function trimFreeMemory(): void {
  if (process.platform !== 'linux') return;
  const emitWarning = process.emitWarning.bind(process);
  // Nothing depends on this, so that it is experimental is nobody's concern.
  process.emitWarning = () => {};
  try {
    const { dlopen } = process.getBuiltinModule('node:ffi');
    using library = dlopen(null, { malloc_trim: { arguments: ['u64'], return: 'i32' } });
    library.functions.malloc_trim(0n);
  } catch {
    // Another C library, or a Node without foreign functions: the memory stays, for the next threads.
  } finally {
    process.emitWarning = emitWarning;
  }
}
