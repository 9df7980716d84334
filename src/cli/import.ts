import { basename } from 'node:path';
import type { Command } from 'commander';
import { importTable } from '../pipeline/import.ts';
import { zoneOf } from '../sources/zone.ts';
import { readTable } from '../tables/table.ts';
import { type CommonFlags, type Context, openSettings } from './context.ts';
import { command, withStoreFlags } from './model-flags.ts';
import { knownVariables, openToWrite } from './open-store.ts';

interface ImportFlags extends CommonFlags {
  readonly source?: string;
}

export function importCommand(context: Context): Command {
  return withStoreFlags(
    command('import', 'put tables of forecasts and observations into the store; again changes nothing'),
  )
    .argument(
      '<files...>',
      'forecast–observation pairs or observations, .csv or .csv.gz; a file of a public archive; MOS bulletins, .mos or .txt',
    )
    .option('--source <name>', 'who made the forecasts; imported by default, of bulletins their kind')
    .action(async (files: string[], flags: ImportFlags) => {
      await using settings = await openSettings(context, flags);
      await using store = await openToWrite(settings.config, true);
      for (const file of files) {
        const zones = new Map((await store.places()).map(({ name, zone }) => [name, zone]));
        const table = await readTable([file], {
          declared: await knownVariables(store, settings.declared),
          signal: context.signal,
          onProgress: (done, total) => settings.progress.show(`reading ${file}`, done, total),
          zoneOf: (place) => zones.get(place),
          now: Date.now(),
        });
        for (const notice of table.notices) context.notice(`${file}: ${notice}\n`);
        const name = basename(file).replace(/(\.(csv|psv|dly))?(\.gz)?$/, '');
        const counts = await importTable(store, table.kind === 'pairs' ? table.pairs : table.observations, {
          source: flags.source ?? (table.kind === 'pairs' ? table.source : undefined) ?? 'imported',
          origin: name,
          zoneOf,
          now: Date.now(),
          signal: context.signal,
          onProgress: (done, total) => settings.progress.show(`importing ${file}`, done, total),
        });
        settings.progress.clear();
        context.write(
          flags.json
            ? `${JSON.stringify({ file, kind: table.kind, ...counts })}\n`
            : `${file}: ${counts.places} places, ${counts.runs} runs and ${counts.observations} observations are new${
                counts.revisions > 0 ? `, ${counts.revisions} of them revisions` : ''
              }\n`,
        );
      }
    });
}
