import { WeatherglassError } from '../errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Snapshot } from '../runtime/inspection.ts';
import { waitingFor } from '../runtime/tasks.ts';
import type { Changes, WriteCounts } from '../store/store.ts';
import { errorOf, type ToPrimary, type ToWorker } from './messages.ts';

/** Questions that may wait for their answer; more are refused, so that memory does not fill when the disk is slow. */
const MOST_WAITING = 1024;

/** Milliseconds that the primary has to commit what a worker hands it; a large import may be before it. */
const COMMIT = 30_000;
/** Milliseconds that it has to look at all processes, of which it gives each one second. */
const LOOK = 2000;

/** What a worker has to do with the primary. */
export interface PrimaryLink {
  /** Resolves when the changes are durable. @throws WeatherglassError what the store throws; Busy: too many wait; Timeout; Unavailable */
  readonly write: (changes: Changes) => Promise<WriteCounts>;
  /** What there is to see of all processes. @throws WeatherglassError Busy, Timeout or Unavailable */
  readonly inspect: () => Promise<Snapshot>;
  tell(message: ToPrimary): void;
  /** Takes what the primary answers. */
  hear(message: ToWorker): void;
}

/** @param send hands a message to the primary, or calls back with the reason why it could not */
export function primaryLink(
  send: (message: ToPrimary, sent: (error: Error | null) => void) => void,
  clock: Clock,
): PrimaryLink {
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let last = 0;

  async function ask<Answer>(question: (id: number) => ToPrimary, ms: number, what: string): Promise<Answer> {
    if (waiting.size >= MOST_WAITING)
      throw new WeatherglassError(
        'Busy',
        `${MOST_WAITING} questions to the process that writes are waiting already; try again in a second`,
      );
    const id = ++last;
    const answered = Promise.withResolvers<never>();
    waiting.set(id, answered);
    send(question(id), (error) => {
      if (error === null) return;
      waiting.delete(id);
      answered.reject(
        new WeatherglassError('Unavailable', 'the process that writes is gone', { cause: error }),
      );
    });
    using deadline = clock.deadline(ms, undefined, what);
    const giveUp = () => {
      waiting.delete(id);
      answered.reject(deadline.signal.reason);
    };
    deadline.signal.addEventListener('abort', giveUp, { once: true });
    return await answered.promise;
  }

  return {
    write: (changes) =>
      waitingFor(
        'the commit',
        ask((id) => ({ kind: 'write', id, changes }), COMMIT, 'the commit, which may still come to its end,'),
      ),
    inspect: () =>
      waitingFor(
        'the views of all processes',
        ask((id) => ({ kind: 'inspect', id }), LOOK, 'to look at all processes'),
      ),
    tell(message) {
      // If the primary is gone, so is this process in a moment.
      send(message, () => {});
    },
    hear(message) {
      if (message.kind === 'drain' || message.kind === 'look') return;
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'refused') asked?.reject(errorOf(message.error));
      // Each question is answered by the kind of its own.
      else asked?.resolve(message.answer as never);
    },
  };
}
