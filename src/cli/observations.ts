import type { Command } from 'commander';
import {
  flaggedObservations,
  type ObservedTally,
  observedTallies,
  uncheckedObservations,
} from '../pipeline/observed.ts';
import { originWords } from '../sources/origin-words.ts';
import { formatInstant } from '../weather/time.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { collect, parseTime } from './model-flags.ts';
import { openToRead } from './open-store.ts';
import { count, storeCommand } from './store-command.ts';
import { table } from './table.ts';

interface ObservationsFlags extends CommonFlags {
  readonly flagged?: boolean;
  readonly place?: readonly string[];
  readonly variable?: readonly string[];
  readonly from?: number;
}

export function observationsCommand(context: Context): Command {
  return storeCommand('observations', 'what was observed, and what of it quality control does not trust')
    .option('--flagged', 'list each value that is not trusted, and why')
    .option('--place <name>', 'this place; may be repeated (default: all)', collect)
    .option('--variable <name>', 'this variable; may be repeated (default: all)', collect)
    .option('--from <day>', 'valid from this day on, such as 2026-01-31', parseTime)
    .action(async (flags: ObservationsFlags) => {
      await using store = await openToRead(configOf(context, flags));
      const query = { places: flags.place, variables: flags.variable, validFrom: flags.from };
      if (flags.flagged !== true) {
        const tallies = await observedTallies(store, query);
        context.write(flags.json ? `${JSON.stringify(tallies.map(tallyJson))}\n` : talliesText(tallies));
        return;
      }
      const found = await flaggedObservations(store, query);
      const unchecked = await uncheckedObservations(store, query);
      if (unchecked > 0)
        context.notice(
          `weatherglass: ${count(unchecked, 'observation')} not yet checked: \`weatherglass serve\` and \`replay\` do that\n`,
        );
      context.write(
        flags.json
          ? `${JSON.stringify(found.map(({ validTime, ...rest }) => ({ ...rest, validTime: formatInstant(validTime) })))}\n`
          : found.length === 0
            ? 'No observation is distrusted.\n'
            : table([
                ['place', 'variable', 'valid', 'value', 'from', 'why it is not trusted'],
                ...found.map(({ place, variable, unit, validTime, value, origin, flag }) => [
                  place,
                  variable,
                  formatInstant(validTime),
                  `${Number(value.toPrecision(6))} ${unit}`,
                  originWords(origin),
                  flag,
                ]),
              ]),
      );
    });
}

function talliesText(tallies: readonly ObservedTally[]): string {
  if (tallies.length === 0) return 'Nothing was observed.\n';
  return table([
    ['place', 'variable', 'observations', 'flagged', 'first', 'newest', 'from'],
    ...tallies.map(({ place, variable, count: all, flagged, first, newest, origins }) => [
      place,
      variable,
      String(all),
      String(flagged),
      formatInstant(first),
      formatInstant(newest),
      origins.map(originWords).join(', '),
    ]),
  ]);
}

function tallyJson({ first, newest, ...rest }: ObservedTally) {
  return { ...rest, first: formatInstant(first), newest: formatInstant(newest) };
}
