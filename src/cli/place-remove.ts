import type { Command } from 'commander';
import { WeatherglassError } from '../errors.ts';
import { placeReport } from '../pipeline/place-report.ts';
import { checkPlaces } from '../pipeline/served.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { openToRead, openToWrite } from './open-store.ts';
import { count, storeCommand } from './store-command.ts';

interface RemoveFlags extends CommonFlags {
  readonly yes?: boolean;
}

export function placeRemoveCommand(context: Context): Command {
  return storeCommand('remove', 'follow a place no longer; everything stored under it goes')
    .argument('<name>')
    .option('--yes', 'it is meant')
    .action(async (name: string, flags: RemoveFlags) => {
      const config = configOf(context, flags);
      await using store = await (flags.yes ? openToWrite(config) : openToRead(config));
      const [place] = await checkPlaces(store, [name]);
      const report = await placeReport(store, place);
      const goes = {
        runs: total(report.runs),
        observations: total(report.outcomes),
        predictions: total(report.predictions),
      };
      const words = `${count(goes.runs, 'run')}, ${count(goes.observations, 'observation')} and ${count(goes.predictions, 'prediction')}`;
      if (!flags.yes)
        throw new WeatherglassError(
          'Usage',
          `${place.name} would go with ${words}; nothing is removed yet: say --yes if that is meant, after \`weatherglass backup\` perhaps`,
        );
      await store.write({ removePlaces: [place.name] });
      context.write(
        flags.json
          ? `${JSON.stringify({ removed: place.name, ...goes })}\n`
          : `${place.name} is removed, with ${words}\n`,
      );
    });
}

function total(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, one) => sum + one.count, 0);
}
