import { type Command, InvalidArgumentError } from 'commander';
import { type RegretRow, regretReport } from '../pipeline/regret.ts';
import { type SkillKey, type SkillRow, skillKeys, skillReport } from '../pipeline/skill.ts';
import { parsePeriod } from '../weather/time.ts';
import { type CommonFlags, type Context, openSettings } from './context.ts';
import { argument, collect, command, withStoreFlags } from './model-flags.ts';
import { openToRead } from './open-store.ts';
import { decimals, percent, percentInterval, table } from './table.ts';

interface SkillFlags extends CommonFlags {
  readonly by?: readonly SkillKey[];
  readonly place?: readonly string[];
  readonly variable?: readonly string[];
  readonly model?: readonly string[];
  readonly period?: { readonly from: number; readonly until: number };
}

export function skillCommand(context: Context): Command {
  return withStoreFlags(command('skill', 'how right was it here: the measured record of what was predicted'))
    .option('--by <keys>', `break down by ${skillKeys.join(', ')} (default: variable,model)`, parseKeys)
    .option('--place <name>', 'only this place; may be repeated', collect)
    .option('--variable <name>', 'only this variable; may be repeated', collect)
    .option('--model <name>', 'aggregate (what is served), pool, or an expert; may be repeated', collect)
    .option('--period <from..to>', 'only what was valid in this period; either end may be open', (text) =>
      argument(() => parsePeriod(text)),
    )
    .action(async (flags: SkillFlags) => {
      await using settings = await openSettings(context, flags);
      await using store = await openToRead(settings.config);
      const rows = await skillReport(store, {
        by: flags.by ?? ['variable', 'model'],
        places: flags.place,
        variables: flags.variable,
        models: flags.model,
        from: flags.period?.from,
        until: flags.period?.until,
        seed: settings.config.seed,
      });
      const regrets = await regretReport(store, flags.variable);
      context.write(
        flags.json
          ? `${JSON.stringify({ rows, regrets })}\n`
          : `${describe(rows)}${describeRegrets(regrets)}`,
      );
    });
}

function describe(rows: readonly SkillRow[]): string {
  const [first] = rows;
  const keys = (['variable', 'place', 'lead'] as const).filter((key) => first[key] !== undefined);
  return table([
    [
      ...keys,
      'model',
      'CRPS',
      'skill against dressed',
      '95%',
      'against climatology',
      '95%',
      '90% coverage',
      'targets',
      'days',
    ],
    ...rows.map((row) => [
      ...keys.map((key) => row[key] ?? ''),
      row.model,
      decimals(row.scores.crps, 4),
      percent(row.skill.dressed, 1),
      percentInterval(row.skillInterval.dressed),
      percent(row.skill.climatology, 1),
      percentInterval(row.skillInterval.climatology),
      percent(row.scores.coverage90),
      row.flagged === 0 ? String(row.targets) : `${row.targets} (${row.flagged} flagged)`,
      String(row.days),
    ]),
  ]);
}

function describeRegrets(regrets: readonly RegretRow[]): string {
  const worst = regrets.reduce((most, one) =>
    one.regret / one.bound > most.regret / most.bound ? one : most,
  );
  return `\nregret of mixing to the best expert, at most: ${decimals(worst.regret, 2)} (${worst.variable}, ${worst.lead}, best ${worst.best}), bounded by ${decimals(worst.bound, 1)}\n`;
}

function parseKeys(text: string): SkillKey[] {
  const keys = text.split(',').map((word) => word.trim());
  const unknown = keys.find((key) => !skillKeys.some((known) => known === key));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no ${unknown}; choose of ${skillKeys.join(', ')}.`);
  return keys as SkillKey[];
}
