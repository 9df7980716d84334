import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { WeatherglassError } from '../errors.ts';
import { restoreStore } from '../store/restore-store.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { openToRead } from './open-store.ts';
import { storeCommand, summaryJson, summaryText } from './store-command.ts';

interface RestoreFlags extends CommonFlags {
  readonly replace?: boolean;
}

export function restoreCommand(context: Context): Command {
  return storeCommand('restore', 'put a backup in the place of the store, once it is sure that it is whole')
    .argument('<backup>', 'a file that `weatherglass backup` wrote')
    .option('--replace', 'lose the store that is there')
    .action(async (backup: string, flags: RestoreFlags) => {
      const { replace = false } = flags;
      const config = configOf(context, flags);
      if (existsSync(backup) && existsSync(config.store) && !replace)
        throw new WeatherglassError(
          'Usage',
          `there is a store at ${config.store}: say --replace to lose it, or name another file by --store`,
        );
      await restoreStore(backup, config.store, { replace });
      await using store = await openToRead(config);
      const summary = await store.summary();
      context.write(
        flags.json
          ? `${JSON.stringify({ store: config.store, backup, ...summaryJson(summary) })}\n`
          : `${backup} is restored in ${config.store}: ${summaryText(summary)}\n`,
      );
    });
}
