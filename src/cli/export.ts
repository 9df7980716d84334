import { type Command, Option } from 'commander';
import { WeatherglassError } from '../errors.ts';
import { exportObservations } from '../pipeline/export-observations.ts';
import { exportPairs } from '../pipeline/export-pairs.ts';
import { exportPredictions } from '../pipeline/export-predictions.ts';
import type { Exported, TakeText } from '../pipeline/export-selection.ts';
import type { Store } from '../store/store.ts';
import { msPerDay, parseDay } from '../weather/time.ts';
import { storeAttribution } from './attribution.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { exportFile } from './export-file.ts';
import { argument, collect } from './model-flags.ts';
import { openToRead } from './open-store.ts';
import { progressOn } from './progress.ts';
import { count, storeCommand } from './store-command.ts';

const kinds = ['pairs', 'observations', 'predictions'] as const;
type Kind = (typeof kinds)[number];

interface ExportFlags extends CommonFlags {
  readonly what: Kind;
  readonly place?: readonly string[];
  readonly variable?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly source?: string;
  readonly model?: string;
}

export function exportCommand(context: Context): Command {
  return storeCommand(
    'export',
    'write what the store holds as a table that `import`, `backtest` or `score` reads',
  )
    .argument('<file>', 'the table, .csv or .csv.gz')
    .addOption(
      new Option(
        '--what <table>',
        'forecasts beside outcomes; outcomes alone, every version; or what was predicted beside what happened',
      )
        .choices(kinds)
        .default('pairs'),
    )
    .option('--place <name>', 'only this place; may be repeated', collect)
    .option('--variable <name>', 'only this variable; may be repeated', collect)
    .option('--from <day>', 'first day of what is written, by valid time', parseDate)
    .option('--to <day>', 'last day, the whole of it', parseDate)
    .option('--source <name>', 'for pairs: whose forecasts, where there are several')
    .option('--model <name>', 'for predictions: who answered (default: aggregate, what is served)')
    .action(async (file: string, flags: ExportFlags) => {
      checkFlags(file, flags);
      const config = configOf(context, flags);
      await using store = await openToRead(config);
      await using output = await exportFile(file, [config.store]);
      const progress = progressOn(context);
      const { rows, notices } = await exporters[flags.what](
        store,
        queryOf(flags, context, progress.show),
        output.write,
      );
      await output.finish();
      progress.clear();
      const attribution = await storeAttribution(store);
      for (const notice of notices) context.notice(`${notice}\n`);
      context.write(
        flags.json
          ? `${JSON.stringify({ file, what: flags.what, rows, notices, attribution })}\n`
          : `${file}: ${count(rows, 'row')} of ${flags.what}\n${attribution.map((line) => `${line}\n`).join('')}`,
      );
    });
}

type Query = ReturnType<typeof queryOf>;

const exporters: Readonly<Record<Kind, (store: Store, query: Query, take: TakeText) => Promise<Exported>>> = {
  pairs: exportPairs,
  observations: exportObservations,
  predictions: exportPredictions,
};

function queryOf(
  flags: ExportFlags,
  { signal }: Context,
  show: (what: string, done: number, total: number) => void,
) {
  return {
    places: flags.place,
    variables: flags.variable,
    period: { from: flags.from ?? -Infinity, until: (flags.to ?? Infinity) + msPerDay },
    source: flags.source,
    contender: flags.model,
    signal,
    onProgress: (done: number, total: number) => show('export', done, total),
  };
}

/** @throws WeatherglassError Usage for flags that do not fit together. */
function checkFlags(file: string, { what, source, model, from, to }: ExportFlags): void {
  const refuse = (why: string): never => {
    throw new WeatherglassError('Usage', why);
  };
  if (!/\.csv(\.gz)?$/.test(file))
    refuse(`${JSON.stringify(file)} must end in .csv or .csv.gz, so that it can be read again`);
  if (source !== undefined && what !== 'pairs') refuse(`--source is for pairs, not for ${what}`);
  if (model !== undefined && what !== 'predictions') refuse(`--model is for predictions, not for ${what}`);
  if (from !== undefined && to !== undefined && to < from)
    refuse('--to is a day before --from: exchange them');
}

/** The start of a day, by coordinated time. */
function parseDate(text: string): number {
  return argument(() => parseDay(text));
}
