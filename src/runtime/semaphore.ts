import { addAbortListener } from 'node:events';
import { WeatherglassError } from '../errors.ts';
import { exhibit, type SemaphoreView } from './inspection.ts';
import { waitingFor } from './tasks.ts';

/** Bounds how much happens at once. Disposing it takes it out of the inspection; slots in use stay valid. */
export interface Semaphore extends SemaphoreView, Disposable {
  /**
   * Takes a slot, to be given back by disposing it: `using slot = await semaphore.acquire(signal)`.
   *
   * First come, first served. An abort while it waits rejects at once with the signal's reason, and takes no slot.
   */
  acquire(signal?: AbortSignal): Promise<Disposable>;
}

/**
 * Opens a semaphore of `limit` slots, a whole number of at least 1.
 *
 * @throws WeatherglassError Usage for another limit
 */
export function openSemaphore(name: string, limit: number): Semaphore {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new WeatherglassError('Usage', `${name} needs a limit of at least 1, not ${limit}`);
  }
  let inUse = 0;
  const queue: ((slot: Disposable) => void)[] = [];

  function slot(): Disposable {
    let held = true;
    return {
      [Symbol.dispose]() {
        if (!held) return;
        held = false;
        // The slot goes straight to the first in the queue: nobody who comes in between can take it.
        const next = queue.shift();
        if (next === undefined) inUse--;
        else next(slot());
      },
    };
  }

  async function wait(signal: AbortSignal | undefined): Promise<Disposable> {
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    queue.push(resolve);
    using _ =
      signal &&
      addAbortListener(signal, () => {
        const place = queue.indexOf(resolve);
        if (place < 0) return;
        queue.splice(place, 1);
        reject(signal.reason);
      });
    return await promise;
  }

  const view = () => ({ name, inUse, limit, waiting: queue.length });
  const shown = exhibit('semaphores', () => [view()]);
  return {
    name,
    limit,
    get inUse() {
      return inUse;
    },
    get waiting() {
      return queue.length;
    },
    async acquire(signal) {
      signal?.throwIfAborted();
      if (inUse === limit) return waitingFor(`semaphore ${name}`, wait(signal));
      inUse++;
      return slot();
    },
    [Symbol.dispose]: () => shown[Symbol.dispose](),
  };
}
