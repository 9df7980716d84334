import { WeatherglassError } from '../errors.ts';
import { dailyLeads, pairsOfObservations } from '../pipeline/observed-pairs.ts';
import { storedObservations, storedPairs } from '../pipeline/stored-pairs.ts';
import { readTable } from '../tables/table.ts';
import type { TableCounts } from '../tables/table-notices.ts';
import type { Pairs } from '../weather/pairs.ts';
import type { Context, Settings } from './context.ts';
import { openToRead } from './open-store.ts';

/**
 * Reads pairs, or observations as pairs without forecasts, of files or, where none are named, of the store; notices go to
 * the side. `usualModel` is the one to take where none was asked for.
 *
 * @throws WeatherglassError Usage for leads where the table has its own.
 */
export async function readPairsOrObservations(
  files: readonly string[],
  leads: readonly number[] | undefined,
  context: Context,
  settings: Settings,
  source?: string,
): Promise<{ readonly pairs: Pairs; readonly counts: TableCounts | undefined; readonly usualModel: string }> {
  if (files.length === 0) return readFromStore(leads, settings, source);
  const read = await readTable(files, {
    declared: settings.declared,
    signal: context.signal,
    onProgress: (done, total) => settings.progress.show('reading', done, total),
  });
  settings.progress.clear();
  for (const notice of read.notices) context.notice(`${notice}\n`);
  if (read.kind === 'observations')
    return {
      pairs: pairsOfObservations(read.observations, leads ?? dailyLeads),
      counts: read.counts,
      usualModel: 'harmonic',
    };
  if (leads !== undefined) throw leadsOfTheirOwn(files[0]);
  return { pairs: read.pairs, counts: read.counts, usualModel: 'emos' };
}

async function readFromStore(
  leads: readonly number[] | undefined,
  settings: Settings,
  source: string | undefined,
) {
  await using store = await openToRead(settings.config);
  if ((await store.sources()).length === 0)
    return {
      pairs: pairsOfObservations(await storedObservations(store), leads ?? dailyLeads),
      counts: undefined,
      usualModel: 'harmonic',
    };
  if (leads !== undefined) throw leadsOfTheirOwn(store.location);
  return { pairs: await storedPairs(store, source), counts: undefined, usualModel: 'emos' };
}

function leadsOfTheirOwn(where: string): WeatherglassError {
  return new WeatherglassError(
    'Usage',
    `--leads is for observations; ${where} has forecasts with leads of their own`,
  );
}
