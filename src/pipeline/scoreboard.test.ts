import { describe, expect, test } from 'vitest';
import { handMadeCases } from '../models/hand-made-cases.ts';
import type { Cases } from '../models/model.ts';
import type { Scores, TargetScores } from '../scores/accumulate.ts';
import { bootstrapSkill } from '../scores/bootstrap.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import type { GroupPlan } from './backtest-plan.ts';
import { openLedger } from './ledger.ts';
import { type Breakdown, openScoreboard } from './scoreboard.ts';

const DAY = 86_400_000;
const places = ['hill', 'plain', 'coast'];
const FIRST_DAY = 12_000;
const DAYS = 40;

const scoresOf = (crps: number): TargetScores => ({
  crps,
  crps_fair: crps - 0.1,
  absolute_error: 1.5 * crps,
  squared_error: crps * crps,
  error: crps - 1,
  coverage90: crps > 1 ? 0 : 1,
  width90: 2 * crps,
  pinball: crps / 2,
});

/** A block with one target for each place on every day. */
function blockOf(variable: string, lead: number): { cases: Cases; plan: GroupPlan } {
  const size = DAYS * places.length;
  return {
    cases: handMadeCases({
      size,
      variable: findVariable(variable),
      lead,
      places,
      place: Int32Array.from({ length: size }, (_, row) => row % places.length),
      validTime: Float64Array.from(
        { length: size },
        (_, row) => (FIRST_DAY + Math.floor(row / places.length)) * DAY,
      ),
    }),
    plan: {
      asOf: new Float64Array(1),
      trainFrom: new Float64Array(1),
      leadOf: new Int32Array(size),
      leads: 1,
      units: [],
      fitOf: new Int32Array(size),
      targets: size,
    },
  };
}

/** Simulated scores of every target, drawn anew for each block; neighbouring days are alike. */
function fill(by: readonly Breakdown[], blocks: readonly ReturnType<typeof blockOf>[]) {
  const board = openScoreboard(blocks, by, places);
  const drawn: {
    variable: string;
    lead: number;
    place: string;
    day: number;
    model: number;
    dressed?: number;
  }[] = [];
  blocks.forEach(({ cases }, index) => {
    const random = seededRandom(`block ${index}`);
    let level = 1;
    // In two chunks, of which the later comes first.
    const chunks = [openLedger(by.includes('place')), openLedger(by.includes('place'))];
    for (let row = 0; row < cases.size; row++) {
      if (row % places.length === 0) level = 0.8 * level + 0.4 * random();
      const ledger = chunks[row < cases.size / 3 ? 1 : 0];
      const day = cases.validTime[row] / DAY;
      const cell = ledger.cell(cases.place[row], cases.leads[row], day);
      const model = level + 0.2 * random();
      ledger.add('model', cell, scoresOf(model));
      ledger.add('raw', cell, scoresOf(2 * model));
      const target = {
        variable: cases.variable.name,
        lead: cases.lead,
        place: places[cases.place[row]],
        day,
        model,
      };
      // The reference cannot answer on the first ten days, nor now and then.
      if (day < FIRST_DAY + 10 || row % 7 === 0) drawn.push(target);
      else {
        const dressed = 1.2 * level + 0.3 * random();
        ledger.add('dressed', cell, scoresOf(dressed));
        ledger.add('model on dressed', cell, scoresOf(model));
        drawn.push({ ...target, dressed });
      }
    }
    for (const ledger of chunks) board.add(cases, ledger.close());
  });
  return { ...board.finish(7), drawn };
}

const blocks = [blockOf('temperature_2m', 24), blockOf('temperature_2m', 96), blockOf('dew_point_2m', 24)];
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]) => sumOf(values) / values.length;

describe('the whole', () => {
  const { overall, groups, drawn } = fill([], blocks);

  test('averages every target of every block', () => {
    expect(groups).toEqual([]);
    expect(overall.targets).toBe(360);
    expect(overall.scores.crps).toBeCloseTo(meanOf(drawn.map(({ model }) => model)), 12);
    expect(overall.scores.rmse).toBeCloseTo(Math.sqrt(meanOf(drawn.map(({ model }) => model ** 2))), 12);
    expect(overall.references.raw.crps).toBeCloseTo(2 * overall.scores.crps, 12);
  });

  test('compares skill over the targets that the reference answered', () => {
    const answered = drawn.filter(({ dressed }) => dressed !== undefined);
    expect(overall.references.dressed.targets).toBe(answered.length);
    const expected =
      1 - sumOf(answered.map(({ model }) => model)) / sumOf(answered.map(({ dressed }) => dressed!));
    expect(overall.skill.dressed).toBeCloseTo(expected, 12);
    const [lower, upper] = overall.skillInterval.dressed;
    expect(lower).toBeLessThan(expected);
    expect(upper).toBeGreaterThan(expected);
  });

  test('has no skill against a reference that never answered', () => {
    expect(overall.references.climatology.targets).toBe(0);
    expect(overall.references.climatology.crps).toBeNaN();
    expect(overall.skill.climatology).toBeNaN();
    expect(overall.skillInterval.climatology).toEqual([NaN, NaN]);
  });
});

describe('groups', () => {
  test.each<{ by: Breakdown[]; names: string[] }>([
    { by: ['lead'], names: ['24', '96'] },
    { by: ['variable'], names: ['dew_point_2m', 'temperature_2m'] },
    { by: ['place'], names: ['coast', 'hill', 'plain'] },
    { by: ['lead', 'variable'], names: ['dew_point_2m 24', 'temperature_2m 24', 'temperature_2m 96'] },
    {
      by: ['place', 'variable', 'lead'],
      names: ['dew_point_2m', 'temperature_2m'].flatMap((variable) =>
        ['coast', 'hill', 'plain'].flatMap((place) =>
          (variable === 'temperature_2m' ? [24, 96] : [24]).map((lead) => `${variable} ${place} ${lead}`),
        ),
      ),
    },
  ])('by $by add up to the whole, in the order of their names', ({ by, names }) => {
    const { overall, groups, drawn } = fill(by, blocks);
    expect(
      groups.map(({ variable, place, lead }) =>
        [variable, place, lead].filter((key) => key !== undefined).join(' '),
      ),
    ).toEqual(names);
    const total = (field: keyof Scores) => sumOf(groups.map(({ scores }) => scores[field] * scores.targets));
    expect(sumOf(groups.map(({ targets }) => targets))).toBe(overall.targets);
    for (const field of ['crps', 'crps_fair', 'mae', 'bias', 'coverage90', 'width90', 'pinball'] as const)
      expect(total(field)).toBeCloseTo(overall.scores[field] * overall.targets, 9);
    for (const group of groups) {
      const own = drawn.filter(
        ({ variable, place, lead }) =>
          (group.variable ?? variable) === variable &&
          (group.place ?? place) === place &&
          (group.lead ?? lead) === lead,
      );
      expect(group.targets).toBe(own.length);
      expect(group.scores.crps).toBeCloseTo(meanOf(own.map(({ model }) => model)), 12);
    }
  });

  test('without a breakdown by place or lead have no such key', () => {
    const [group] = fill(['variable'], blocks).groups;
    expect(Object.keys(group)).not.toContain('place');
    expect(Object.keys(group)).not.toContain('lead');
  });
});

describe('intervals', () => {
  /** What the bootstrap says of the targets' daily sums with blocks of at least so many days. */
  function intervalOf(drawn: ReturnType<typeof fill>['drawn'], minimumBlockLength: number, seed: string) {
    const daily = (of: (target: (typeof drawn)[number]) => number) =>
      Float64Array.from({ length: DAYS }, (_, i) =>
        sumOf(drawn.filter(({ day, dressed }) => day === FIRST_DAY + i && dressed !== undefined).map(of)),
      );
    const { lower, upper } = bootstrapSkill(
      {
        score: daily(({ model }) => model),
        reference: daily(({ dressed }) => dressed!),
        count: daily(() => 1),
      },
      { random: seededRandom(seed), minimumBlockLength },
    ).skill;
    return [expect.closeTo(lower, 9), expect.closeTo(upper, 9)];
  }

  // 30 days make blocks of ⌈30^(1/3)⌉ = 4 at least; forecasts of 240 hours, of 10.
  const mixed = [blockOf('temperature_2m', 24), blockOf('temperature_2m', 240)];

  test('of the whole draw blocks as long as the longest lead', () => {
    const { overall, drawn } = fill([], mixed);
    expect(overall.skillInterval.dressed).toEqual(intervalOf(drawn, 10, '7'));
    expect(overall.skillInterval.dressed).not.toEqual(intervalOf(drawn, 1, '7'));
  });

  test('of a group draw blocks as long as its own longest lead', () => {
    const byVariable = fill(['variable'], mixed);
    const seed = '7 {"variable":"temperature_2m"}';
    expect(byVariable.groups[0].skillInterval.dressed).toEqual(intervalOf(byVariable.drawn, 10, seed));
    const byLead = fill(['lead'], mixed);
    const short = byLead.drawn.filter(({ lead }) => lead === 24);
    expect(byLead.groups[0].skillInterval.dressed).toEqual(intervalOf(short, 1, '7 {"lead":24}'));
    // Of a place, whose longest lead is neither the first nor the last to come.
    const byPlace = fill(['place'], [...mixed, blockOf('dew_point_2m', 24)]);
    const coast = byPlace.drawn.filter(({ place }) => place === 'coast');
    expect(byPlace.groups[0].skillInterval.dressed).toEqual(intervalOf(coast, 10, '7 {"place":"coast"}'));
  });

  test('are the same for the same seed', () => {
    expect(fill(['place'], mixed)).toEqual(fill(['place'], mixed));
  });
});
