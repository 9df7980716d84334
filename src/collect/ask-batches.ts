import { type EachOptions, settleAll } from '../runtime/task-group.ts';
import { wasNotAsked } from './collect-progress.ts';

/**
 * Asks for batches, several at once. Where nobody may be asked any more, those that are left wait for another time.
 *
 * @returns why it stopped; undefined where all were asked for
 * @throws what `ask` throws beside that: it is no failure of a source
 */
export async function askBatches<Batch>(
  batches: readonly Batch[],
  options: EachOptions<Batch>,
  ask: (batch: Batch) => Promise<void>,
): Promise<unknown> {
  let stopped: unknown;
  const settled = await settleAll(batches, options, async (batch) => {
    if (stopped !== undefined) return;
    try {
      await ask(batch);
    } catch (error) {
      if (!wasNotAsked(error)) throw error;
      stopped = error;
    }
  });
  for (const one of settled) if ('error' in one) throw one.error;
  return stopped;
}
