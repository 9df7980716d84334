import { describe, expect, test } from 'vitest';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { handMadeRegion, normalNumbers, type RegionRow } from './hand-made-region.ts';
import { learnRegion } from './learn-region.ts';
import type { Cases, Control, Selection } from './model.ts';
import { recentNames } from './model.ts';
import { meanOf, residualWeight } from './place-sums.ts';
import type { Region } from './region.ts';
import { settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const settings = settingsFor(findVariable('temperature_2m'));
const leads = [24, 48, 96];

/** Outcomes of forecast + the place's bias + noise of sd 1, with errors of the recent past, every fifth of them missing. */
function simulated(seed: string, days: number, biases: readonly number[] = [-2, -1, 0, 1, 2]): RegionRow[] {
  const normal = normalNumbers(seed);
  return Array.from({ length: days }, (_, day) =>
    biases.flatMap((bias, p) =>
      leads.map((lead, k): RegionRow => {
        const forecast = 10 + 5 * normal();
        const error_last = (day + p + k) % 5 === 0 ? Number.NaN : bias + normal();
        return {
          place: `place ${p}`,
          day,
          lead,
          forecast,
          outcome: forecast + bias + 0.5 * (error_last || 0) + normal(),
          recent: { last: 10, error_last, error_3d: bias, error_10d: bias, error_30d: bias },
        };
      }),
    ),
  ).flat();
}

const learn = (selection: Selection, earlier?: Region) => learnRegion(selection, settings, control, earlier);

const withRows = ({ cases }: Selection, keep: (row: number) => boolean): Selection => ({
  cases,
  rows: Int32Array.from(Array.from({ length: cases.size }, (_, row) => row).filter(keep)),
});

const knownBy = (selection: Selection, day: number) =>
  withRows(selection, (row) => selection.cases.knownTime[row] <= day * msPerDay);

/** Known hours to weeks after, and a few of the forecasts late. */
function unordered(selection: Selection, seed: string): Selection {
  const normal = normalNumbers(seed);
  const { cases } = selection;
  const late = (time: number, often: number, days: number) =>
    Math.abs(normal()) > often ? Math.floor(time + Math.abs(normal()) * days * msPerDay) : time;
  const changed: Cases = {
    ...cases,
    knownTime: cases.validTime.map((time) => late(time + msPerHour, 1, 10)),
    availableTime: cases.initTime.map((time) => late(time, 1.5, 6)),
  };
  return { ...selection, cases: changed };
}

describe('going on from an earlier region', () => {
  const all = unordered(handMadeRegion(simulated('going on', 60)), 'order');
  const byNow = learn(all);

  test.each([20, 30.2, 59])('of day %d gives the same as learning from all rows', (day) => {
    const { knownTime, availableTime } = all.cases;
    const earlierRows = withRows(
      all,
      (row) => Math.max(knownTime[row], availableTime[row]) <= day * msPerDay,
    );
    const earlier = learn(earlierRows);
    expect(earlier.learned).toBeGreaterThan(200);
    expect(earlier.learned).toBeLessThan(byNow.learned);
    const before = structuredClone(earlier);
    expect(learn(all, earlier)).toEqual(byNow);
    // A stored one, read back, does as well, and neither is changed.
    expect(learn(all, before)).toEqual(byNow);
    expect(structuredClone(earlier)).toEqual(before);
  });

  test('day by day gives the same', () => {
    const ordered = handMadeRegion(simulated('day by day', 30));
    let region: Region | undefined;
    for (let day = 1; day <= 30; day++) region = learn(knownBy(ordered, day), region);
    expect(region).toEqual(learn(knownBy(ordered, 30)));
  });

  test('does only what is new', () => {
    let asked = 0;
    const counting: Control = { checkpoint: () => void asked++ };
    const ordered = handMadeRegion(simulated('new', 40));
    learnRegion(ordered, settings, counting, learn(knownBy(ordered, 39)));
    expect(asked).toBe(1);
  });

  // Each of these would else give an answer that depends on what was there before.
  test.each<[string, Selection, Selection]>([
    [
      'that had learned rows which are no longer there',
      handMadeRegion(simulated('going on', 30)),
      withRows(handMadeRegion(simulated('going on', 60)), (row) => row > 100),
    ],
    ['of too few rows to know the spread', handMadeRegion(simulated('going on', 10)), all],
    [
      'that looked at other columns',
      handMadeRegion(simulated('going on', 30).map((row) => ({ ...row, x: [row.day % 7] }))),
      handMadeRegion(simulated('going on', 60)),
    ],
    [
      'of other leads',
      handMadeRegion(simulated('going on', 30)),
      handMadeRegion([
        ...simulated('going on', 60),
        { place: 'place 1', day: 60, lead: 120, forecast: 3, outcome: 4 },
      ]),
    ],
  ])('%s is starting anew', (_case, before, now) => {
    expect(learn(now, learn(before))).toEqual(learn(now));
  });

  test('of another law is starting anew', () => {
    const logistic = settingsFor(findVariable('temperature_2m'), { law: 'logistic' });
    const rows = handMadeRegion(simulated('law', 30));
    const earlier = learnRegion(knownBy(rows, 20), logistic, control);
    expect(learn(rows, earlier)).toEqual(learn(rows));
  });
});

describe('what would have been said beforehand', () => {
  const selection = unordered(handMadeRegion(simulated('beforehand', 50)), 'late');
  const { cases } = selection;

  function beforehandOf(outcome: Float64Array) {
    const said = {
      location: new Float64Array(cases.size).fill(Number.NaN),
      sd: new Float64Array(cases.size).fill(Number.NaN),
    };
    const region = learnRegion(
      { cases: { ...cases, outcome }, rows: selection.rows },
      settings,
      control,
      undefined,
      said,
    );
    return { ...said, region };
  }
  const honest = beforehandOf(cases.outcome);

  test('is known of all but the first rows', () => {
    const silent = honest.location.filter(Number.isNaN).length;
    expect(silent).toBeGreaterThanOrEqual(200);
    expect(silent).toBeLessThan(300);
  });

  test.each([10, 20, 30, 40])('knows no outcome from after its time: day %d', (day) => {
    const later = beforehandOf(
      cases.outcome.map((value, row) => (cases.knownTime[row] > day * msPerDay ? 50 - value : value)),
    );
    let [same, others] = [0, 0];
    cases.availableTime.forEach((time, row) => {
      if (time <= day * msPerDay) {
        same++;
        expect(later.location[row]).toBe(honest.location[row]);
        expect(later.sd[row]).toBe(honest.sd[row]);
      } else if (later.location[row] !== honest.location[row]) others++;
    });
    expect(same).toBeGreaterThan(100);
    expect(others).toBeGreaterThan(50);
  });

  test('does not know its own outcome, not even of a forecast that came after it', () => {
    const late = [...cases.outcome.keys()].filter((row) => cases.availableTime[row] > cases.knownTime[row]);
    expect(late.length).toBeGreaterThan(10);
    for (const row of late.slice(-5)) {
      const other = beforehandOf(cases.outcome.with(row, 99));
      expect(other.location[row]).toBe(honest.location[row]);
      expect(other.sd[row]).toBe(honest.sd[row]);
      expect(other.region.location.moments).not.toEqual(honest.region.location.moments);
    }
  });

  test('does know what was known', () => {
    const squaresAround = (location: Float64Array) =>
      honest.location.reduce(
        (sum, said, row) => sum + (Number.isNaN(said) ? 0 : (cases.outcome[row] - location[row]) ** 2),
        0,
      );
    // Noise of variance 1 is left of 1, 2 from the places and the errors of the recent past.
    expect(squaresAround(honest.location)).toBeLessThan(0.45 * squaresAround(cases.forecasts));
  });

  test('changes nothing of what is learned', () => {
    expect(honest.region).toEqual(learn(selection));
  });
});

describe('an outcome', () => {
  const rows = simulated('outcome', 40);
  const region = learn(handMadeRegion(rows));
  const after = (outcome: number) =>
    learn(handMadeRegion([...rows, { ...rows[0], day: 40, forecast: 10, outcome }]));

  test('that is wild counts as one of four standard deviations', () => {
    expect(after(1e3)).toEqual(after(1e9));
    expect(after(9).location.moments).not.toEqual(after(1e3).location.moments);
    const moved = meanOf(after(1e9).places['place 0'], 'bias') - meanOf(region.places['place 0'], 'bias');
    // Four of its standard deviations, of which the 60 rows before hold little, and its own date half.
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(0.2);
  });

  test('or forecast that is missing teaches nothing', () => {
    const [first] = rows;
    const more = learn(
      handMadeRegion([
        ...rows,
        { ...first, day: 39, outcome: Number.NaN },
        { ...first, day: 39, forecast: Number.NaN, outcome: 5 },
        { ...first, place: 'unheard', day: 39, forecast: Number.NaN, outcome: 5 },
        { ...first, place: 'unheard', day: 39, outcome: Number.NaN },
      ]),
    );
    expect({ ...more, learned: region.learned }).toEqual(region);
    expect(more.learned).toBe(region.learned + 4);
  });

  test('that all places share belongs to its date, not to them', () => {
    const normal = normalNumbers('shared');
    const dates = (days: number, error: (day: number) => number) =>
      Array.from({ length: days * 40 }, (_, i): RegionRow => {
        const day = Math.floor(i / 40);
        const forecast = 10 + normal();
        return { place: `p${i % 40}`, day, forecast, outcome: forecast + error(day) + 0.5 * normal() };
      });
    const shared = Array.from({ length: 100 }, () => 2 * normal());
    expect(learn(handMadeRegion(dates(100, (day) => shared[day]))).betweenPlaces).toBeLessThan(0.02);
    // Sixty calm days, and one on which all were 2 too low: a place's mean would move by a fortieth of it.
    const rows = dates(61, (day) => (day === 60 ? 2 : 0));
    const [before, after] = [learn(handMadeRegion(rows.slice(0, 2400))), learn(handMadeRegion(rows))];
    const mean = ({ places }: Region) =>
      Object.values(places).reduce((sum, sums) => sum + meanOf(sums, 'bias'), 0) / 40;
    expect(mean(after) - mean(before)).toBeGreaterThan(0);
    expect(mean(after) - mean(before)).toBeLessThan(0.02);
  });
});

test('a term that differs from row to row is believed in as much as three dates say, and a hundred rows', () => {
  const normal = normalNumbers('belief');
  const rows = Array.from({ length: 15 * 100 }, (_, i): RegionRow => {
    const [x, forecast] = [normal(), 10 + normal()];
    return {
      place: `p${i % 100}`,
      day: Math.floor(i / 100),
      forecast,
      x: [x],
      outcome: forecast + x + normal(),
    };
  });
  const { formula, coefficients } = learn(handMadeRegion(rows));
  // Of 1,500 rows against 100 + 3 · 100 of belief 1500/1900 of what is true; against a hundred alone it would be 0.94.
  const learned = coefficients[formula.location.indexOf('x_0')];
  expect(Math.abs(learned - 1500 / 1900)).toBeLessThan(0.08);
});

test('what was learned long ago fades: coefficients of two regimes are those of the later one', () => {
  const normal = normalNumbers('regimes');
  const rows = [0, 20_000].flatMap((start) =>
    Array.from({ length: 600 }, (_, i): RegionRow => {
      const x = normal();
      return {
        place: `p${i % 6}`,
        day: start + Math.floor(i / 6),
        forecast: 0.5 * normal(),
        x: [x],
        outcome: (start === 0 ? -2 : 2) * x + 0.3 * normal(),
      };
    }),
  );
  const { coefficients, formula, location } = learn(handMadeRegion(rows));
  // 20,000 days are ten times its memory.
  expect(location.rows).toBeLessThan(601);
  expect(coefficients[formula.location.indexOf('x_0')]).toBeGreaterThan(1.5);
});

test('a place may have any name', () => {
  const rows = simulated('names', 30);
  const names = ['__proto__', 'toString', 'constructor', 'hasOwnProperty', 'x'];
  const odd = rows.map((row) => ({ ...row, place: names[Number(row.place.at(-1))] }));
  const plain = learn(handMadeRegion(rows));
  for (const region of [learn(handMadeRegion(odd)), structuredClone(learn(handMadeRegion(odd)))]) {
    expect(region.coefficients).toEqual(plain.coefficients);
    names.forEach((name, p) => {
      expect(Object.hasOwn(region.places, name)).toBe(true);
      expect(region.places[name]).toEqual(plain.places[`place ${p}`]);
    });
  }
  const earlier = structuredClone(learn(knownBy(handMadeRegion(odd), 20)));
  expect(learn(handMadeRegion(odd), earlier)).toEqual(learn(handMadeRegion(odd)));
});

test('rows may come in any order', () => {
  // Ten a date: so the first 200, which give the spread to begin with, are the same.
  const rows = simulated('shuffled', 30).filter(({ lead }) => lead !== 96);
  const shuffled = rows.toSorted((a, b) => Math.sin(a.day * 7 + a.lead!) - Math.sin(b.day * 7 + b.lead!));
  const [one, other] = [learn(handMadeRegion(rows)), learn(handMadeRegion(shuffled))];
  one.coefficients.forEach((value, i) => expect(other.coefficients[i]).toBeCloseTo(value, 9));
  expect(residualWeight(other.places['place 3']) / residualWeight(one.places['place 3'])).toBeCloseTo(1, 9);
});

test('a computation can be stopped', () => {
  const stopped = new Error('stopped');
  const stop: Control = {
    checkpoint() {
      throw stopped;
    },
  };
  expect(() => learnRegion(handMadeRegion(simulated('stop', 5)), settings, stop)).toThrow(stopped);
});

test('the recent columns of the hand-made rows are those of the model', () => {
  const { cases } = handMadeRegion(simulated('columns', 1));
  expect(cases.recent).toHaveLength(cases.size * recentNames.length);
});
