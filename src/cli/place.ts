import { Command } from 'commander';
import { placeNews, placeReport } from '../pipeline/place-report.ts';
import { checkPlaces } from '../pipeline/served.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { openToRead } from './open-store.ts';
import { placeAddCommand } from './place-add.ts';
import { placeRemoveCommand } from './place-remove.ts';
import { placeSensorCommand } from './place-sensor.ts';
import { describeReport, numberText, placeJson, reportJson } from './place-text.ts';
import { instantOrNull, instantText, storeCommand } from './store-command.ts';
import { table } from './table.ts';

/** `weatherglass place add | list | show | sensor | remove`. */
export function placeCommand(context: Context): Command {
  const place = new Command('place')
    .description('the places that are followed: add, list, show or remove one; what a sensor would buy')
    .exitOverride()
    .configureOutput({ writeOut: context.write, writeErr: context.notice });
  for (const make of [placeAddCommand, listCommand, showCommand, placeSensorCommand, placeRemoveCommand])
    place.addCommand(make(context).copyInheritedSettings(place));
  return place;
}

function listCommand(context: Context): Command {
  return storeCommand('list', 'every place, with the newest that is known of it').action(
    async (flags: CommonFlags) => {
      await using store = await openToRead(configOf(context, flags));
      const news = await placeNews(store, await store.places());
      if (flags.json) {
        const rows = news.map(({ place, variables, newestOutcome, newestRun }) => ({
          ...placeJson(place),
          variables,
          newestOutcome: instantOrNull(newestOutcome),
          newestRun: instantOrNull(newestRun),
        }));
        context.write(`${JSON.stringify(rows)}\n`);
        return;
      }
      if (news.length === 0)
        context.notice(
          'no place is followed yet: `weatherglass place add` or `weatherglass import` adds some\n',
        );
      context.write(
        table([
          [
            'place',
            'latitude',
            'longitude',
            'elevation',
            'zone',
            'variables',
            'newest outcome',
            'newest run',
          ],
          ...news.map(({ place, variables, newestOutcome, newestRun }) => [
            place.name,
            numberText(place.latitude),
            numberText(place.longitude),
            numberText(place.elevation),
            place.zone,
            variables.join(', ') || '–',
            instantText(newestOutcome),
            instantText(newestRun),
          ]),
        ]),
      );
    },
  );
}

function showCommand(context: Context): Command {
  return storeCommand('show', 'all that is known of a place')
    .argument('<name>')
    .action(async (name: string, flags: CommonFlags) => {
      await using store = await openToRead(configOf(context, flags));
      const [place] = await checkPlaces(store, [name]);
      const report = await placeReport(store, place);
      context.write(flags.json ? `${JSON.stringify(reportJson(report))}\n` : describeReport(report));
    });
}
