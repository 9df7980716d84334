import { jobsUrl } from '../pipeline/jobs-url.ts';
import type { SkillRow } from '../pipeline/skill.ts';
import type { SkillChunk } from '../pipeline/skill-chunk.ts';
import type { Clock } from '../runtime/clock.ts';
import { openComputePool } from '../runtime/compute-pool.ts';
import { restingPool } from '../runtime/resting-pool.ts';
import type { Serving } from './serving.ts';

/** Milliseconds after a report that the threads wait for another. */
const REST = 60_000;

/** Reports that may wait for a thread; more are refused. */
const WAITING = 64;

/** Makes reports that take long in threads, so that other requests need not wait for them. */
export interface ReportThreads extends Pick<Serving, 'skill'>, AsyncDisposable {}

export function reportThreads(store: string, threads: number, clock: Clock): ReportThreads {
  const open = () => openComputePool(jobsUrl, { threads, queueLimit: WAITING, name: 'reports' });
  const pool = restingPool(open, threads, REST, clock);
  return {
    async skill(query, signal) {
      let rows: readonly SkillRow[] = [];
      const take = (made: SkillRow[]) => {
        rows = made;
      };
      await pool.run<SkillChunk, SkillRow[]>('skillChunk', [{ store, query }], take, { signal });
      return rows;
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
