import { WeatherglassError } from '../errors.ts';
import type { Control } from '../models/model.ts';
import { finish, plus, recordOf, type Scores, totalOf, zero } from '../scores/accumulate.ts';
import { bootstrapSkill } from '../scores/bootstrap.ts';
import { seededRandom } from '../scores/random.ts';
import type { ScoreRow, Store } from '../store/store.ts';
import { bandName, leadBands } from '../weather/lead-band.ts';
import { msPerDay } from '../weather/time.ts';
import { servedContenders } from './experts.ts';
import { scoreRecord } from './score-rows.ts';
import { checkPlaces, checkVariables } from './served.ts';

/** What the track record can be broken down by. */
export const skillKeys = ['variable', 'lead', 'place', 'model'] as const;
export type SkillKey = (typeof skillKeys)[number];

export interface SkillQuery {
  readonly places?: readonly string[] | undefined;
  readonly variables?: readonly string[] | undefined;
  /** Contenders: what is served (`aggregate`), `pool`, and the experts. Only what is served by default, unless broken down by model. */
  readonly models?: readonly string[] | undefined;
  /** Valid days; from inclusive, until exclusive, epoch milliseconds. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly by: readonly SkillKey[];
  readonly seed?: string | undefined;
}

/** The measured record of one contender over some targets. */
export interface SkillRow {
  readonly variable?: string;
  /** Band of leads, such as `12–24 h`. */
  readonly lead?: string;
  readonly place?: string;
  readonly model: string;
  readonly targets: number;
  /** Of these, with an outcome that quality control does not trust: scored all the same. */
  readonly flagged: number;
  readonly days: number;
  readonly scores: Scores;
  /** Targets that each skill compares: those that the reference answered too. */
  readonly compared: Readonly<Record<SkillReference, number>>;
  /**
   * 1 − CRPS / CRPS of the reference; NaN where there is no such reference. Where several sources have one, what is
   * served is held against the hardest to beat.
   */
  readonly skill: Readonly<Record<SkillReference, number>>;
  /** 95 % intervals by a moving-block bootstrap over valid days. */
  readonly skillInterval: Readonly<Record<SkillReference, readonly [number, number]>>;
}

export const storedReferences = ['dressed', 'climatology'] as const;
export type SkillReference = (typeof storedReferences)[number];

/**
 * The track record in the store: scores of what was served and of each expert, with their skill.
 *
 * @returns rows by the keys asked for; within each what is served first, then the experts
 * @throws WeatherglassError NotFound: a place, variable or model that is not in the store, or nothing scored in the
 *   period. Usage: an empty period.
 */
export async function skillReport(store: Store, query: SkillQuery, control?: Control): Promise<SkillRow[]> {
  const { by, from = -Infinity, until = Infinity } = query;
  if (!(from < until))
    throw new WeatherglassError('Usage', 'the period is empty: it must end after it begins');
  if (query.places !== undefined) await checkPlaces(store, query.places);
  await checkVariables(store, query.variables);
  const separate = by.includes('place');
  const groups = new Map<string, Group>();
  const known = new Set<string>();
  for await (const block of store.scores({
    variables: query.variables,
    places: query.places ?? (separate ? undefined : ['']),
    dayFrom: Math.floor(from / msPerDay),
    dayUntil: Math.ceil(until / msPerDay),
  }))
    for (const row of block) {
      control?.checkpoint(0, Number.NaN);
      for (const name of row.contenders) known.add(name);
      const wanted = query.models ?? (by.includes('model') ? row.contenders : servedContenders.slice(0, 1));
      for (const model of wanted) if (row.contenders.includes(model)) addRow(groups, row, model, by);
    }
  const unknown = query.models?.find((name) => !known.has(name));
  if (unknown !== undefined && known.size > 0)
    throw new WeatherglassError('NotFound', `no ${unknown} was scored; there are ${[...known].join(', ')}`);
  if (groups.size === 0)
    throw new WeatherglassError(
      'NotFound',
      `nothing is scored for this choice: run \`weatherglass replay\`, or \`weatherglass verify\` once outcomes are known`,
    );
  const order = [...servedContenders, ...known];
  return [...groups]
    .sort(([, a], [, b]) => compareKeys(a, b) || order.indexOf(a.model) - order.indexOf(b.model))
    .map(([name, group]) => {
      control?.checkpoint(0, Number.NaN);
      return rowOf(group, `${query.seed ?? '1'} ${name}`);
    });
}

/** One row of the report being added up, day by day. */
interface Group {
  readonly variable: string | undefined;
  readonly band: number | undefined;
  readonly place: string | undefined;
  readonly model: string;
  longestBand: number;
  flagged: number;
  readonly days: Map<number, Day>;
}

interface Day {
  readonly sums: Float64Array;
  /** CRPS of the model and of each reference it is held against, over rows that both answered whole. */
  readonly against: Map<string, { score: number; reference: number; count: number }>;
}

function addRow(groups: Map<string, Group>, row: ScoreRow, model: string, by: readonly SkillKey[]): void {
  const record = scoreRecord(row);
  if (record.targets === 0) return;
  const variable = by.includes('variable') ? row.variable : undefined;
  const band = by.includes('lead') ? row.band : undefined;
  const place = by.includes('place') ? row.place : undefined;
  const key = JSON.stringify([variable, band, place, model]);
  let group = groups.get(key);
  if (group === undefined)
    groups.set(key, (group = { variable, band, place, model, longestBand: 0, flagged: 0, days: new Map() }));
  group.flagged += record.flagged;
  group.longestBand = Math.max(group.longestBand, row.band);
  let day = group.days.get(row.day);
  if (day === undefined) group.days.set(row.day, (day = { sums: zero(), against: new Map() }));
  const own = record.sums(model)!;
  plus(day.sums, own);
  for (const name of referencesFor(model, row.contenders)) {
    const other = record.sums(name)!;
    // A skill compares the same targets: rows in which one of the two was silent are left out.
    if (other[0] !== own[0]) continue;
    const sums = day.against.get(name) ?? { score: 0, reference: 0, count: 0 };
    day.against.set(name, sums);
    sums.score += own[1];
    sums.reference += other[1];
    sums.count += own[0];
  }
}

/** What a contender is held against: an expert against its own source's, what is served against each source's. */
function referencesFor(model: string, contenders: readonly string[]): string[] {
  const served = servedContenders.some((name) => name === model);
  const source = model.split('@')[1];
  return contenders.filter((name) => {
    const [reference, ofSource] = name.split('@');
    return (
      storedReferences.some((one) => one === reference) &&
      (served || ofSource === source || reference === 'climatology')
    );
  });
}

/** The reference of one kind that was compared most, and of those the one that is hardest to beat. */
function hardest(kind: SkillReference, days: Iterable<Day>): string | undefined {
  const totals = new Map<string, { reference: number; count: number }>();
  for (const { against } of days)
    for (const [name, { reference, count }] of against) {
      if (name.split('@')[0] !== kind) continue;
      const total = totals.get(name) ?? { reference: 0, count: 0 };
      totals.set(name, { reference: total.reference + reference, count: total.count + count });
    }
  const most = Math.max(0, ...[...totals.values()].map(({ count }) => count));
  return [...totals]
    .filter(([, { count }]) => count >= most / 2)
    .sort(([, a], [, b]) => a.reference / a.count - b.reference / b.count)[0]?.[0];
}

function rowOf({ variable, band, place, model, longestBand, flagged, days }: Group, seed: string): SkillRow {
  const dates = [...days.keys()].sort((a, b) => a - b);
  const span = (dates.at(-1) ?? 0) - dates[0] + 1;
  const sums = zero(span);
  for (const date of dates) plus(recordOf(sums, date - dates[0]), days.get(date)!.sums);
  const compare = (kind: SkillReference) => {
    const name = hardest(kind, days.values());
    const column = (field: 'score' | 'reference' | 'count') => {
      const out = new Float64Array(span);
      for (const date of dates) out[date - dates[0]] = days.get(date)!.against.get(name ?? '')?.[field] ?? 0;
      return out;
    };
    const columns = { score: column('score'), reference: column('reference'), count: column('count') };
    const compared = columns.count.reduce((a, b) => a + b, 0);
    if (compared === 0) return { compared, estimate: Number.NaN, lower: Number.NaN, upper: Number.NaN };
    // Forecasts for neighbouring days share their errors for about as long as they look ahead.
    const { skill } = bootstrapSkill(columns, {
      random: seededRandom(`${seed} ${kind}`),
      minimumBlockLength: Math.max(1, Math.ceil(longestBand / 24)),
    });
    return { compared, ...skill };
  };
  const dressed = compare('dressed');
  const climatology = compare('climatology');
  const scores = finish(totalOf(sums, 0, span));
  return {
    ...(variable === undefined ? {} : { variable }),
    ...(band === undefined ? {} : { lead: bandName(band) }),
    ...(place === undefined ? {} : { place }),
    model,
    targets: scores.targets,
    flagged,
    days: days.size,
    scores,
    compared: { dressed: dressed.compared, climatology: climatology.compared },
    skill: { dressed: dressed.estimate, climatology: climatology.estimate },
    skillInterval: {
      dressed: [dressed.lower, dressed.upper],
      climatology: [climatology.lower, climatology.upper],
    },
  };
}

function compareKeys(a: Group, b: Group): number {
  return (
    (a.variable ?? '').localeCompare(b.variable ?? '') ||
    (a.place ?? '').localeCompare(b.place ?? '') ||
    leadBands.indexOf((a.band ?? leadBands[0]) as (typeof leadBands)[number]) -
      leadBands.indexOf((b.band ?? leadBands[0]) as (typeof leadBands)[number])
  );
}
