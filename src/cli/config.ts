import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { type CommonFlags, type Context, sourcesOf } from './context.ts';
import { command, withSettingFlags } from './model-flags.ts';
import { table } from './table.ts';

export function configCommand(context: Context): Command {
  return withSettingFlags(command('config', 'show every setting and where its value comes from')).action(
    (flags: CommonFlags) => {
      const { settings } = loadConfig(sourcesOf(context, flags));
      if (flags.json) context.write(`${JSON.stringify(settings)}\n`);
      else
        context.write(
          table([
            ['setting', 'value', 'from', 'what it is'],
            ...settings.map(({ name, value, origin, about }) => [name, String(value) || '–', origin, about]),
          ]),
        );
    },
  );
}
