import { setImmediate } from 'node:timers/promises';
import { WeatherglassError } from '../errors.ts';
import { section } from '../runtime/event-loop.ts';
import type { StoreView } from '../runtime/inspection.ts';
import type { Connection } from './sqlite-connection.ts';

/** Lets many changes share one commit, which costs as much as hundreds of them: the disk must have it. */
export interface CommitQueue {
  /**
   * Runs `change` in a transaction; the promise resolves once it is durable.
   *
   * A change that throws is taken back alone. A commit that fails takes back all that were to share it.
   *
   * @param alone whether it is too large to share a transaction
   */
  run<Result>(change: () => Result, alone: boolean): Promise<Result>;
  look(): Pick<StoreView, 'waiting' | 'commits' | 'slowestCommitMs'>;
  /** Refuses what comes from now on and resolves when all before it is settled. */
  close(): Promise<void>;
}

interface Waiting {
  readonly alone: boolean;
  /** Runs the change and keeps its result. */
  readonly change: () => void;
  /** Tells the caller. */
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Milliseconds of changes that one commit takes at most, so that the event loop is never blocked for long. */
const SHARE = 5;

/** @param takenBack is called when changes were taken back, for whoever caches what is stored */
export function commitQueue(connection: Connection, takenBack: () => void): CommitQueue {
  const begin = connection.statement('BEGIN IMMEDIATE');
  const commit = connection.statement('COMMIT');
  const rollback = connection.statement('ROLLBACK');
  const savepoint = connection.statement('SAVEPOINT change');
  const release = connection.statement('RELEASE change');
  const rollbackChange = connection.statement('ROLLBACK TO change');
  const changes = connection.statement<readonly [number]>('SELECT total_changes()');
  const count = connection.statement('UPDATE commits SET total = total + 1');

  let waiting: Waiting[] = [];
  let working: Promise<void> | undefined;
  let closed = false;
  let commits = 0;
  let slowest = 0;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      // Others have their turn between two commits, and what they ask for joins the next one.
      await setImmediate();
      const start = performance.now();
      section('commit', commitSome);
      commits++;
      slowest = Math.max(slowest, performance.now() - start);
    }
    working = undefined;
  }

  function commitSome(): void {
    const taken: Waiting[] = [];
    let accepted: readonly Waiting[];
    try {
      taken.push(waiting[0]);
      begin.run();
      accepted = attempt(taken);
      commit.run();
    } catch (error) {
      for (const one of taken) one.failed(error);
      undo();
      return;
    } finally {
      waiting = waiting.slice(taken.length);
    }
    for (const one of accepted) one.done();
  }

  /** Makes changes inside the transaction, adding to `taken`, and returns those that were accepted. */
  function attempt(taken: Waiting[]): readonly Waiting[] {
    const accepted: Waiting[] = [];
    let changed = false;
    const start = performance.now();
    for (let one: Waiting | undefined = taken[0]; one !== undefined; ) {
      const [before] = changes.get()!;
      if (accept(one)) {
        accepted.push(one);
        changed ||= changes.get()![0] !== before;
      }
      one = waiting.at(taken.length);
      if (taken[0].alone || one === undefined || one.alone || performance.now() - start > SHARE) break;
      taken.push(one);
    }
    if (changed) count.run();
    return accepted;
  }

  function accept(one: Waiting): boolean {
    savepoint.run();
    try {
      one.change();
      release.run();
      return true;
    } catch (error) {
      // A full disk ends the whole transaction; there is nothing left to go back to.
      if (!connection.inTransaction) throw error;
      rollbackChange.run();
      release.run();
      takenBack();
      one.failed(error);
      return false;
    }
  }

  function undo(): void {
    takenBack();
    try {
      if (connection.inTransaction) rollback.run();
    } catch {
      // Whoever waited was told the cause. What comes next is told that the transaction cannot begin.
    }
  }

  return {
    run(change, alone) {
      if (closed)
        return Promise.reject(
          new WeatherglassError('Unavailable', `${connection.file} is closed: open it again.`),
        );
      return new Promise((resolve, reject) => {
        let result: ReturnType<typeof change>;
        waiting.push({
          alone,
          change: () => {
            result = change();
          },
          done: () => resolve(result),
          failed: reject,
        });
        working ??= work();
      });
    },

    look: () => ({ waiting: waiting.length, commits, slowestCommitMs: slowest }),

    async close() {
      closed = true;
      await working;
    },
  };
}
