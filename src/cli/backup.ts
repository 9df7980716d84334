import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { openToRead } from './open-store.ts';
import { sizeText, storeCommand } from './store-command.ts';

export function backupCommand(context: Context): Command {
  return storeCommand('backup', 'copy the store into a new file, also while `weatherglass serve` runs')
    .argument('<file>', 'where the copy goes; there must be none yet')
    .action(async (file: string, flags: CommonFlags) => {
      const config = configOf(context, flags);
      await using store = await openToRead(config);
      await store.backup(file);
      const { size } = await stat(file);
      context.write(
        flags.json
          ? `${JSON.stringify({ store: config.store, backup: file, bytes: size })}\n`
          : `${config.store} is backed up in ${file}, ${sizeText(size)}\n`,
      );
    });
}
