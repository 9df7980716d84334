import { WeatherglassError } from '../errors.ts';
import type { Changes, WriteCounts } from '../store/store.ts';
import { errorOf, type ToPrimary, type ToWorker } from './messages.ts';

/** Writes that may wait for their commit; more are refused, so that memory does not fill when the disk is slow. */
const MOST_WAITING = 1024;

/** What a worker has to do with the primary. */
export interface PrimaryLink {
  /** Resolves when the changes are durable. @throws WeatherglassError what the store throws; Unavailable: too many wait */
  readonly write: (changes: Changes) => Promise<WriteCounts>;
  tell(message: ToPrimary): void;
  /** Takes what the primary says about writes. */
  hear(message: ToWorker): void;
}

/** @param send hands a message to the primary, or calls back with the reason why it could not */
export function primaryLink(
  send: (message: ToPrimary, sent: (error: Error | null) => void) => void,
): PrimaryLink {
  const waiting = new Map<number, PromiseWithResolvers<WriteCounts>>();
  let last = 0;
  return {
    write(changes) {
      if (waiting.size >= MOST_WAITING)
        return Promise.reject(
          new WeatherglassError(
            'Unavailable',
            `${MOST_WAITING} writes are waiting already; try again in a second`,
          ),
        );
      const id = ++last;
      const written = Promise.withResolvers<WriteCounts>();
      waiting.set(id, written);
      send({ kind: 'write', id, changes }, (error) => {
        if (error === null) return;
        waiting.delete(id);
        written.reject(
          new WeatherglassError('Unavailable', 'the process that writes is gone', { cause: error }),
        );
      });
      return written.promise;
    },
    tell(message) {
      // If the primary is gone, so is this process in a moment.
      send(message, () => {});
    },
    hear(message) {
      if (message.kind === 'drain') return;
      const written = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'written') written?.resolve(message.counts);
      else written?.reject(errorOf(message.error));
    },
  };
}
