import type { Command } from 'commander';
import { presentOf } from '../pipeline/present.ts';
import { train } from '../pipeline/train.ts';
import { formatInstant } from '../weather/time.ts';
import { type CommonFlags, type Context, openSession } from './context.ts';
import { command, parseTime, withStoreFlags } from './model-flags.ts';
import { openToWrite } from './open-store.ts';

interface TrainFlags extends CommonFlags {
  readonly asOf?: number;
}

export function trainCommand(context: Context): Command {
  return withStoreFlags(command('train', 'fit the experts to all that the store knows'))
    .option('--as-of <time>', 'use nothing that became known later (default: now)', parseTime)
    .action(async (flags: TrainFlags) => {
      await using session = await openSession(context, flags);
      await using store = await openToWrite(session.config);
      const asOf = flags.asOf ?? (await presentOf(store));
      const { artefacts, refusals } = await train(
        store,
        {
          asOf,
          signal: context.signal,
          onProgress: (done, total) => session.progress.show('train', done, total),
        },
        session.pool,
      );
      session.progress.clear();
      for (const refusal of refusals) context.notice(`not fitted: ${refusal}\n`);
      context.write(
        flags.json
          ? `${JSON.stringify({ asOf: formatInstant(asOf), artefacts, refusals })}\n`
          : `${artefacts} experts fitted to what was known by ${formatInstant(asOf)}\n`,
      );
    });
}
