import { jobsUrl } from '../pipeline/jobs-url.ts';
import type { SkillRow } from '../pipeline/skill.ts';
import type { SkillChunk } from '../pipeline/skill-chunk.ts';
import type { Clock } from '../runtime/clock.ts';
import { openComputePool } from '../runtime/compute-pool.ts';
import { restingPool } from '../runtime/resting-pool.ts';
import type { Serving } from './serving.ts';

/** Milliseconds after a report that the threads wait for another. */
const REST = 60_000;

/** Makes reports that take long in threads, so that other requests need not wait for them. */
export interface ReportThreads extends Pick<Serving, 'skill'>, AsyncDisposable {}

export function reportThreads(store: string, threads: number, clock: Clock): ReportThreads {
  const open = () => openComputePool(jobsUrl, { threads, name: 'reports' });
  const pool = restingPool(open, threads, REST, clock);
  return {
    async skill(query) {
      let rows: readonly SkillRow[] = [];
      await pool.run<SkillChunk, SkillRow[]>('skillChunk', [{ store, query }], (made) => {
        rows = made;
      });
      return rows;
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
