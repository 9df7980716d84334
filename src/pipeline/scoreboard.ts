import type { Cases } from '../models/model.ts';
import { columnOf, finish, plus, recordOf, type Scores, totalOf, zero } from '../scores/accumulate.ts';
import { bootstrapSkill } from '../scores/bootstrap.ts';
import { seededRandom } from '../scores/random.ts';
import { msPerDay } from '../weather/time.ts';
import type { GroupPlan } from './backtest-plan.ts';
import { type Account, accounts, type LedgerSums, type SkillReference } from './ledger.ts';

/** What scores can be broken down by. */
export const breakdowns = ['lead', 'place', 'variable'] as const;
export type Breakdown = (typeof breakdowns)[number];

/** Scores of some targets, with those of the references and the skill against them. */
export interface ScoreSheet {
  readonly targets: number;
  readonly scores: Scores;
  /** Each over the targets it could answer, which `targets` counts. */
  readonly references: Readonly<Record<'raw' | SkillReference, Scores>>;
  /** 1 − CRPS / CRPS of the reference, over the targets that the reference could answer. */
  readonly skill: Readonly<Record<SkillReference, number>>;
  /** 95 % intervals of the skill, by a moving-block bootstrap over valid dates. */
  readonly skillInterval: Readonly<Record<SkillReference, readonly [number, number]>>;
}

export type GroupKeys = { readonly variable?: string; readonly lead?: number; readonly place?: string };

export interface Scoreboard {
  readonly add: (cases: Cases, sums: LedgerSums) => void;
  readonly finish: (seed: number | string) => {
    readonly overall: ScoreSheet;
    readonly groups: readonly (GroupKeys & ScoreSheet)[];
  };
}

type DailySums = Readonly<Record<Account, Float64Array>>;

/**
 * Adds up the sums of chunks by group and valid day.
 *
 * @param planned the blocks that sums will come from, for the range of their targets' days
 */
export function openScoreboard(
  planned: readonly { readonly cases: Cases; readonly plan: GroupPlan }[],
  by: readonly Breakdown[],
  places: readonly string[],
): Scoreboard {
  const { first, days } = dayRange(planned);
  const empty = (): DailySums =>
    Object.fromEntries(accounts.map((account) => [account, zero(days)])) as Record<Account, Float64Array>;
  const overall = empty();
  const groups = new Map<
    string,
    { readonly keys: GroupKeys; longestLead: number; readonly sums: DailySums }
  >();
  let longestLead = 0;

  function groupOf(cases: Cases, place: number, lead: number): DailySums {
    const keys: GroupKeys = {
      ...(by.includes('variable') ? { variable: cases.variable.name } : {}),
      ...(by.includes('lead') ? { lead } : {}),
      ...(by.includes('place') ? { place: places[place] } : {}),
    };
    const name = JSON.stringify(keys);
    let group = groups.get(name);
    if (group === undefined) groups.set(name, (group = { keys, longestLead: 0, sums: empty() }));
    group.longestLead = Math.max(group.longestLead, lead);
    return group.sums;
  }

  return {
    add(cases, { places: ofCell, leads, days: dayOfCell, sums }) {
      for (let cell = 0; cell < ofCell.length; cell++) {
        const day = dayOfCell[cell] - first;
        const group = by.length > 0 ? groupOf(cases, ofCell[cell], leads[cell]) : undefined;
        longestLead = Math.max(longestLead, leads[cell]);
        for (const account of accounts) {
          const record = recordOf(sums[account], cell);
          plus(recordOf(overall[account], day), record);
          if (group !== undefined) plus(recordOf(group[account], day), record);
        }
      }
    },
    finish: (seed) => ({
      overall: sheetOf(overall, days, longestLead, `${seed}`),
      groups: [...groups]
        .map(([name, { keys, longestLead: lead, sums }]) => ({
          ...keys,
          ...sheetOf(sums, days, lead, `${seed} ${name}`),
        }))
        .sort(byKeys),
    }),
  };
}

function sheetOf(sums: DailySums, days: number, lead: number, seed: string): ScoreSheet {
  const scoresOf = (account: Account) => finish(totalOf(sums[account], 0, days));
  const compare = (reference: SkillReference) =>
    bootstrapSkill(
      {
        score: columnOf(sums[`model on ${reference}`], 'crps', 0, days),
        reference: columnOf(sums[reference], 'crps', 0, days),
        count: columnOf(sums[reference], 'count', 0, days),
      },
      // Forecasts for neighbouring days share their errors for about as long as they look ahead.
      { random: seededRandom(seed), minimumBlockLength: Math.max(1, Math.ceil(lead / 24)) },
    ).skill;
  const dressed = compare('dressed');
  const climatology = compare('climatology');
  const scores = scoresOf('model');
  return {
    targets: scores.targets,
    scores,
    references: { raw: scoresOf('raw'), dressed: scoresOf('dressed'), climatology: scoresOf('climatology') },
    skill: { dressed: dressed.estimate, climatology: climatology.estimate },
    skillInterval: {
      dressed: [dressed.lower, dressed.upper],
      climatology: [climatology.lower, climatology.upper],
    },
  };
}

function dayRange(planned: readonly { readonly cases: Cases; readonly plan: GroupPlan }[]) {
  let first = Infinity;
  let last = -Infinity;
  for (const { cases, plan } of planned)
    plan.fitOf.forEach((fit, row) => {
      if (fit < 0) return;
      const day = Math.floor(cases.validTime[row] / msPerDay);
      first = Math.min(first, day);
      last = Math.max(last, day);
    });
  return { first, days: Math.max(0, last - first + 1) };
}

function byKeys(a: GroupKeys, b: GroupKeys): number {
  return (
    (a.variable ?? '').localeCompare(b.variable ?? '') ||
    (a.place ?? '').localeCompare(b.place ?? '') ||
    (a.lead ?? 0) - (b.lead ?? 0)
  );
}
