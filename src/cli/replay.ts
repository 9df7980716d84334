import type { Command } from 'commander';
import { replay } from '../pipeline/loop.ts';
import { formatInstant } from '../weather/time.ts';
import { type CommonFlags, type Context, openSession } from './context.ts';
import { command, parseTime, withStoreFlags } from './model-flags.ts';
import { openToWrite } from './open-store.ts';
import { physicsText } from './physics-text.ts';

interface ReplayFlags extends CommonFlags {
  readonly from?: number;
  readonly to?: number;
  readonly again?: boolean;
}

export function replayCommand(context: Context): Command {
  return withStoreFlags(
    command('replay', 'run the loop over stored history day by day, as it would have run live'),
  )
    .option('--from <day>', 'first day (default: 60 days after the first forecast)', parseTime)
    .option('--to <day>', 'end, exclusive (default: the newest that is known)', parseTime)
    .option('--again', 'forget earlier predictions and scores, and start anew')
    .action(async (flags: ReplayFlags) => {
      const started = performance.now();
      await using session = await openSession(context, flags);
      await using store = await openToWrite(session.config);
      const result = await replay(
        store,
        {
          from: flags.from,
          until: flags.to,
          again: flags.again,
          signal: context.signal,
          onProgress: (done, total) => session.progress.show('replay', done, total),
        },
        session.pool,
      );
      session.progress.clear();
      const seconds = Math.round(performance.now() - started) / 1000;
      const { from, until, moved, ...counts } = result;
      context.write(
        flags.json
          ? `${JSON.stringify({ from: formatInstant(from), until: formatInstant(until), ...counts, physics: moved, seconds })}\n`
          : `${result.days} days from ${formatInstant(from)} to ${formatInstant(until)} in ${seconds} s: ${result.values} values predicted, ${result.scored} scored, experts fitted ${result.trainings} times\n${physicsText(moved)}`,
      );
    });
}
