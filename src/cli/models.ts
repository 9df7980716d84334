import type { Command } from 'commander';
import { models } from '../models/registry.ts';
import { autoAbout, autoName } from '../pipeline/auto.ts';
import type { Context } from './context.ts';
import { command } from './model-flags.ts';
import { table } from './table.ts';

export function modelsCommand(context: Context): Command {
  return command('models', 'list the models, simplest first').action((flags: { json?: boolean }) => {
    const rows = [
      ...models.map(({ name, about, simpler }) => ({ name, about, simpler: simpler ?? null })),
      { name: autoName, about: autoAbout, simpler: null },
    ];
    if (flags.json) context.write(`${JSON.stringify(rows)}\n`);
    else
      context.write(
        table([
          ['model', 'falls back to', 'what it does'],
          ...rows.map((row) => [row.name, row.simpler ?? '–', row.about]),
        ]),
      );
  });
}
