import type { Command } from 'commander';
import { presentOf } from '../pipeline/present.ts';
import { verify } from '../pipeline/verify.ts';
import { formatInstant } from '../weather/time.ts';
import { type CommonFlags, type Context, openSession } from './context.ts';
import { command, parseTime, withStoreFlags } from './model-flags.ts';
import { openToWrite } from './open-store.ts';

interface VerifyFlags extends CommonFlags {
  readonly asOf?: number;
}

export function verifyCommand(context: Context): Command {
  return withStoreFlags(command('verify', 'score what became known since the last time'))
    .option('--as-of <time>', 'use nothing that became known later (default: now)', parseTime)
    .action(async (flags: VerifyFlags) => {
      await using session = await openSession(context, flags);
      await using store = await openToWrite(session.config);
      const { targets, until } = await verify(
        store,
        {
          asOf: flags.asOf ?? (await presentOf(store)),
          signal: context.signal,
          onProgress: (done, total) => session.progress.show('verify', done, total),
        },
        session.pool,
      );
      session.progress.clear();
      context.write(
        flags.json
          ? `${JSON.stringify({ targets, until: formatInstant(until) })}\n`
          : `${targets} predicted values scored; outcomes known by ${formatInstant(until)} are in the record\n`,
      );
    });
}
