import type { Clock } from '../runtime/clock.ts';
import type { ProcessView, Snapshot } from '../runtime/inspection.ts';
import type { ToPrimary, ToWorker } from './messages.ts';

/** Milliseconds that a process has to say what there is to see of it. */
const PATIENCE = 1000;

/** A worker process as the primary knows it. */
export interface CrewMember {
  readonly name: string;
  readonly send: (message: ToWorker) => void;
}

/** Asks all processes of a service what there is to see of them. */
export interface ViewGatherer {
  readonly inspect: () => Promise<Snapshot>;
  /** Takes what a worker saw. */
  hear(message: ToPrimary & { readonly kind: 'seen' }): void;
}

/** @param own looks at this process */
export function viewGatherer(
  members: () => readonly CrewMember[],
  own: () => ProcessView,
  clock: Clock,
): ViewGatherer {
  const waiting = new Map<number, (view: ProcessView) => void>();
  let last = 0;
  let gathering: Promise<Snapshot> | undefined;

  async function ask({ send }: CrewMember, signal: AbortSignal): Promise<ProcessView | undefined> {
    const id = ++last;
    const { promise, resolve } = Promise.withResolvers<ProcessView | undefined>();
    const giveUp = () => resolve(undefined);
    waiting.set(id, resolve);
    signal.addEventListener('abort', giveUp, { once: true });
    send({ kind: 'look', id });
    try {
      return await promise;
    } finally {
      waiting.delete(id);
      signal.removeEventListener('abort', giveUp);
    }
  }

  async function gather(): Promise<Snapshot> {
    using deadline = clock.deadline(PATIENCE);
    const asked = members();
    const views = await Promise.all(asked.map((member) => ask(member, deadline.signal)));
    return {
      at: clock.now(),
      processes: [own(), ...views.filter((view) => view !== undefined)],
      silent: asked.flatMap(({ name }, k) => (views[k] === undefined ? [name] : [])),
    };
  }

  return {
    // Whoever asks meanwhile is given the same.
    inspect() {
      gathering ??= gather().finally(() => {
        gathering = undefined;
      });
      return gathering;
    },
    hear: ({ id, view }) => waiting.get(id)?.(view),
  };
}
