import { jobsUrl } from '../pipeline/jobs-url.ts';
import type { SkillRow } from '../pipeline/skill.ts';
import type { SkillChunk } from '../pipeline/skill-chunk.ts';
import { type ComputePool, openComputePool } from '../runtime/compute-pool.ts';
import type { Serving } from './serving.ts';

/** Makes reports that take long in threads, so that other requests need not wait for them. */
export interface ReportThreads extends Pick<Serving, 'skill'>, AsyncDisposable {}

/** The threads start with the first report: a worker that is never asked for one has none. */
export function reportThreads(store: string, threads: number): ReportThreads {
  let pool: ComputePool | undefined;
  return {
    async skill(query) {
      pool ??= openComputePool(jobsUrl, { threads, name: 'reports' });
      let rows: readonly SkillRow[] = [];
      await pool.run<SkillChunk, SkillRow[]>('skillChunk', [{ store, query }], (made) => {
        rows = made;
      });
      return rows;
    },
    async [Symbol.asyncDispose]() {
      await pool?.[Symbol.asyncDispose]();
    },
  };
}
