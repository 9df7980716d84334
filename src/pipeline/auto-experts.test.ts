import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openComputePool } from '../runtime/compute-pool.ts';
import { seededRandom } from '../scores/random.ts';
import { msPerDay } from '../weather/time.ts';
import {
  type Asked,
  askExperts,
  autoExperts,
  type ExpertAnswers,
  expertFitTime,
  expertLevels,
} from './auto-experts.ts';
import { type HandMadeRow, handMadePairs } from './hand-made-pairs.ts';

const pool = openComputePool(new URL('jobs.ts', import.meta.url), { threads: 2 });
afterAll(() => pool[Symbol.asyncDispose]());

describe('who answers', () => {
  test('where there is a forecast: those that correct it', () => {
    const names = autoExperts(handMadePairs([], ['model_a', 'x_1']));
    expect(names).toEqual(autoExperts(handMadePairs([], ['member_1'])));
    expect(names).toContain('dressed');
    expect(names).not.toContain('persistence');
  });

  test('where there is none: those that need none, and trees where there is something to see', () => {
    const names = autoExperts(handMadePairs([], ['x_1']));
    const alone = autoExperts(handMadePairs([]));
    for (const some of [names, alone]) {
      expect(some).toContain('persistence');
      expect(some).not.toContain('dressed');
    }
    expect(names).toContain('forest');
    expect(alone).not.toContain('forest');
  });
});

describe('an answer of day 47 is fitted as of', () => {
  test.each([
    [false, {}, 40],
    [false, { refitDays: 15 }, 45],
    [true, {}, 47],
    [true, { refitDays: 10 }, 47],
    [false, { dates: 25 }, 47],
    [false, { dates: 25, refitDays: 10 }, 40],
    [true, { dates: 25, refitDays: 10 }, 47],
  ])('learning outcome by outcome: %j, %j: day %d', (isRecursive, schedule, day) => {
    expect(expertFitTime(isRecursive, schedule, 47 * msPerDay, 10 * msPerDay)).toBe(day * msPerDay);
  });
});

test('in the first thirty days all are fitted daily, unless another number of days is asked for', () => {
  const asOf = (first: number, schedule = {}) =>
    expertFitTime(false, schedule, 47.5 * msPerDay, first * msPerDay) / msPerDay;
  expect(asOf(17.6)).toBe(47);
  // The thirtieth day is over: from then on it is every thirty days.
  expect(asOf(17.5)).toBe(47.5);
  expect(asOf(17.4)).toBeCloseTo(47.4, 9);
  expect(asOf(40, { refitDays: 10 })).toBe(40);
});

describe('of a forecast made on day 57, of those of days 0 … 57', () => {
  const random = seededRandom('auto-experts');
  const rows = Array.from({ length: 58 }, (_, day): HandMadeRow => {
    const outcome = 10 + 5 * random();
    return { valid: day + 1, outcome, forecasts: [outcome + random()] };
  });
  const target = rows.length - 1;

  /** What the experts say of the target alone. */
  function ask(table: readonly HandMadeRow[], asOf?: number, refitDays?: number): Promise<ExpertAnswers> {
    const pairs = handMadePairs(table, ['model_a']);
    const slotOf = new Int32Array(pairs.rows).fill(-1);
    slotOf[target] = 0;
    const answerTime = pairs.availableTime.slice();
    if (asOf !== undefined) answerTime[target] = asOf;
    const asked: Asked = { slotOf, slots: 1, answerTime, asOf };
    return askExperts(pairs, asked, { refitDays }, pool);
  }

  /** Experts to whom the outcome of day 45 was known. */
  async function knowing(...schedule: readonly [asOf?: number, refitDays?: number]): Promise<string[]> {
    const changed = rows.map((row) => (row.valid === 45 ? { ...row, outcome: -30 } : row));
    const [before, after] = [await ask(rows, ...schedule), await ask(changed, ...schedule)];
    return before.experts.filter((_, e) => before.quantiles[e].join() !== after.quantiles[e].join());
  }

  let answers: ExpertAnswers;
  beforeAll(async () => {
    answers = await ask(rows);
  });

  test('every expert says something that ascends, or why it does not', () => {
    expect(answers.experts).toEqual(autoExperts(handMadePairs([], ['model_a'])));
    answers.experts.forEach((name, e) => {
      const said = [...answers.quantiles[e]];
      expect(said).toHaveLength(expertLevels.length);
      if (Number.isNaN(said[0])) expect(answers.refusals[name]).toHaveLength(1);
      else expect(said).toEqual(said.toSorted((a, b) => a - b));
    });
    expect(Object.keys(answers.refusals).length).toBeLessThan(answers.experts.length / 2);
  });

  test('only what learns outcome by outcome knows what came after day 30', async () => {
    expect(await knowing()).toEqual(['regional']);
  });

  test('fitted every ten days, or as of the day itself, all know it', async () => {
    const heard = ['dressed', 'climatology', 'emos', 'emos-station', 'regional'];
    expect(await knowing(undefined, 10)).toEqual(heard);
    // By then there is enough for a season.
    expect(await knowing(57 * msPerDay)).toEqual(heard.toSpliced(3, 0, 'emos-season'));
  });
});
