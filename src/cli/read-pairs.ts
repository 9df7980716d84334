import { WeatherglassError } from '../errors.ts';
import { pairsOfObservations } from '../pipeline/observed-pairs.ts';
import { readTable } from '../sources/table.ts';
import type { TableCounts } from '../sources/table-notices.ts';
import type { Pairs } from '../weather/pairs.ts';
import type { Context, Session } from './context.ts';

/** Hours ahead asked of observations that say nothing of leads: one to fourteen days. */
export const defaultLeads: readonly number[] = Array.from({ length: 14 }, (_, day) => 24 * (day + 1));

/**
 * Reads pairs, or observations as pairs without forecasts; notices go to the side. `usualModel` is the one to take
 * where none was asked for.
 *
 * @throws WeatherglassError Usage for leads where the table has its own.
 */
export async function readPairsOrObservations(
  files: readonly string[],
  leads: readonly number[] | undefined,
  context: Context,
  session: Session,
): Promise<{ readonly pairs: Pairs; readonly counts: TableCounts; readonly usualModel: string }> {
  const read = await readTable(files, {
    declared: session.declared,
    signal: context.signal,
    onProgress: (done, total) => session.progress.show('reading', done, total),
  });
  session.progress.clear();
  for (const notice of read.notices) context.notice(`${notice}\n`);
  if (read.kind === 'observations')
    return {
      pairs: pairsOfObservations(read.observations, leads ?? defaultLeads),
      counts: read.counts,
      usualModel: 'harmonic',
    };
  if (leads !== undefined)
    throw new WeatherglassError(
      'Usage',
      `--leads is for observations; ${files[0]} has forecasts with leads of their own`,
    );
  return { pairs: read.pairs, counts: read.counts, usualModel: 'emos' };
}
