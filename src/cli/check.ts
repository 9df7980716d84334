import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { damaged } from '../store/sqlite-error.ts';
import type { StoreSummary } from '../store/store.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { openToRead } from './open-store.ts';
import { instantText, storeCommand, summaryJson, summaryText } from './store-command.ts';

/** The most lines of damage that are printed for people. */
const TOLD = 20;

export function checkCommand(context: Context): Command {
  return storeCommand('check', 'look for damage in the store, and say what is inside').action(
    async (flags: CommonFlags) => {
      const config = configOf(context, flags);
      const { damage, summary } = await examine(config);
      if (flags.json)
        context.write(
          `${JSON.stringify({ store: config.store, damage, ...(summary === undefined ? {} : summaryJson(summary)) })}\n`,
        );
      if (damage.length > 0) throw damageError(config.store, damage);
      if (summary !== undefined && !flags.json)
        context.write(
          `${config.store}: all is well\n${summaryText(summary)}; from ${instantText(summary.from)} to ${instantText(summary.until)}\n`,
        );
    },
  );
}

/** What is wrong, in words, and what is inside where that can be told. */
async function examine(
  config: Config,
): Promise<{ readonly damage: readonly string[]; readonly summary?: StoreSummary }> {
  try {
    await using store = await openToRead(config);
    const damage = await store.check();
    return damage.length > 0 ? { damage } : { damage, summary: await store.summary() };
  } catch (error) {
    // What cannot even be opened is damage as well; a file that is no store is another matter.
    if (isWeatherglassError(error, 'InvalidData') && error.message.includes(damaged()))
      return { damage: [error.message] };
    throw error;
  }
}

function damageError(file: string, damage: readonly string[]): WeatherglassError {
  // Who reads this need not be told to run `check`.
  const lines = damage
    .flatMap((one) => one.replace(damaged(), 'is damaged').split('\n'))
    .filter((line) => line.trim() !== '');
  const more = lines.length > TOLD ? `\n  … and ${lines.length - TOLD} more` : '';
  return new WeatherglassError(
    'InvalidData',
    `${file} is damaged:\n${lines
      .slice(0, TOLD)
      .map((line) => `  ${line}`)
      .join('\n')}${more}\n` +
      'Restore a backup by `weatherglass restore BACKUP --replace`. Without one, `weatherglass export` may still read a part; ' +
      'look for a failing disk first.',
  );
}
