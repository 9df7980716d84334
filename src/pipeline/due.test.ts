import { describe, expect, test } from 'vitest';
import { handMadeCases } from '../models/hand-made-cases.ts';
import type { TablePlace } from '../weather/pairs.ts';
import { findVariable } from '../weather/variable.ts';
import { type DueWindow, duePredictions } from './due.ts';
import type { HistoryGroup } from './history.ts';

const HOUR = 3_600_000;
const temperature = findVariable('temperature_2m');
const places = ['hill', 'plain'].map(
  (name): TablePlace => ({ name, latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN }),
);

/** A forecast; times are hours, it is known an hour after its issue unless said otherwise. */
interface Forecast {
  readonly place?: string;
  readonly source?: string;
  readonly issued: number;
  readonly known?: number;
  readonly lead: number;
}

/** Blocks of one source and lead, rows by valid time, then place, then issue. */
function groupsOf(forecasts: readonly Forecast[]): HistoryGroup[] {
  const blocks = Map.groupBy(forecasts, ({ source = 'gfs', lead }) => `${source} ${lead}`);
  return [...blocks.values()].map((own): HistoryGroup => {
    const placeOf = ({ place = 'hill' }: Forecast) => places.findIndex(({ name }) => name === place);
    const rows = own.toSorted((a, b) => a.issued - b.issued || placeOf(a) - placeOf(b));
    const [{ source = 'gfs', lead }] = rows;
    const hours = (of: (forecast: Forecast) => number) => Float64Array.from(rows, (row) => HOUR * of(row));
    return {
      source,
      cases: handMadeCases({
        size: rows.length,
        variable: temperature,
        lead,
        places: places.map(({ name }) => name),
        place: Int32Array.from(rows, placeOf),
        initTime: hours(({ issued }) => issued),
        availableTime: hours(({ issued, known = issued + 1 }) => known),
      }),
    };
  });
}

interface Asked extends Partial<DueWindow> {
  /** Hour of each place's last prediction, made of a run an hour old. */
  readonly last?: Readonly<Record<string, number>>;
}

/** What is due, in hours: `place @ issue`, and of each target its valid time, run and inputs. */
function due(forecasts: readonly Forecast[], { last, after = 0, until = 100, issuedAt }: Asked = {}) {
  const lastIssues =
    last &&
    new Map(
      Object.entries(last).map(([place, hours]) => [
        place,
        { issuedAt: hours * HOUR, runTime: (hours - 1) * HOUR },
      ]),
    );
  const window = {
    after: after * HOUR,
    until: until * HOUR,
    issuedAt: issuedAt === undefined ? undefined : issuedAt * HOUR,
  };
  return duePredictions(groupsOf(forecasts), places, lastIssues, window).map((prediction) => [
    `${places[prediction.place].name} @ ${prediction.issuedAt / HOUR}`,
    ...prediction.targets.map(
      ({ validTime, runTime, inputs }) =>
        `${validTime / HOUR} from ${runTime / HOUR}: ${inputs
          .map(({ group, row }) => `${group.source} ${group.cases.initTime[row] / HOUR}`)
          .join(', ')}`,
    ),
  ]);
}

describe('at arrival', () => {
  test('each forecast is answered the moment it became known, place by place', () => {
    const forecasts = [
      { issued: 12, lead: 24, place: 'plain' },
      { issued: 6, lead: 48 },
      { issued: 6, lead: 24 },
      { issued: 12, lead: 24, known: 15 },
    ];
    expect(due(forecasts)).toEqual([
      ['hill @ 7', '30 from 6: gfs 6', '54 from 6: gfs 6'],
      ['hill @ 15', '36 from 12: gfs 12'],
      ['plain @ 13', '36 from 12: gfs 12'],
    ]);
  });

  test('what became known in the window is due: after its start, and by its end', () => {
    const forecasts = [5, 6, 7, 8].map((known) => ({ issued: known - 1, lead: 24 }));
    expect(due(forecasts, { after: 5, until: 7 }).map(([which]) => which)).toEqual(['hill @ 6', 'hill @ 7']);
  });

  test('what a place was told already is not due again', () => {
    const forecasts = ['hill', 'plain'].flatMap((place) =>
      [6, 12].map((issued) => ({ place, issued, lead: 24 })),
    );
    expect(due(forecasts, { last: { hill: 7 } }).map(([which]) => which)).toEqual([
      'hill @ 13',
      'plain @ 7',
      'plain @ 13',
    ]);
    expect(due(forecasts, { last: { hill: 13, plain: 13 } })).toEqual([]);
    // The window may begin later than the last prediction.
    expect(due(forecasts, { last: { hill: 1, plain: 13 }, after: 7 }).map(([which]) => which)).toEqual([
      'hill @ 13',
    ]);
  });

  test('a forecast that came after the time it is for is of no use', () => {
    expect(
      due([
        { issued: 6, lead: 2, known: 8 },
        { issued: 6, lead: 3, known: 8 },
      ]),
    ).toEqual([['hill @ 8', '9 from 6: gfs 6']]);
  });

  test('two weeks and two days ahead is the horizon', () => {
    expect(
      due([
        { issued: 0, lead: 384 },
        { issued: 0, lead: 385 },
      ]),
    ).toEqual([['hill @ 1', '384 from 0: gfs 0']]);
  });
});

describe('at a fixed time', () => {
  test('all that has arrived is one prediction, each valid time by its newest forecast', () => {
    const forecasts = [
      { issued: 0, lead: 36 },
      { issued: 12, lead: 24 },
      { issued: 6, lead: 30 },
      { issued: 0, lead: 24 },
      { issued: 12, lead: 6 },
    ];
    expect(due(forecasts, { issuedAt: 18 })).toEqual([
      ['hill @ 18', '24 from 0: gfs 0', '36 from 12: gfs 12'],
    ]);
  });

  test('of two arrivals of one issue the later one counts', () => {
    const twice = [
      { issued: 6, lead: 24, known: 9 },
      { issued: 6, lead: 24, known: 8 },
    ];
    const [{ targets }] = duePredictions(groupsOf(twice), places, undefined, {
      after: 0,
      until: 20 * HOUR,
      issuedAt: 20 * HOUR,
    });
    const [{ group, row }] = targets[0].inputs;
    expect(targets[0].inputs).toHaveLength(1);
    expect(group.cases.availableTime[row]).toBe(9 * HOUR);
  });
});

describe('several sources', () => {
  test('an earlier run of another source joins, its newest that was known', () => {
    const forecasts = [
      { source: 'gfs', issued: 12, lead: 24 },
      { source: 'icon', issued: 0, lead: 36 },
      { source: 'icon', issued: 6, lead: 30 },
      // Known a minute too late.
      { source: 'icon', issued: 11, lead: 25, known: 13 + 1 / 60 },
      // For another time, and another place.
      { source: 'icon', issued: 10, lead: 24 },
      { source: 'icon', issued: 10, lead: 26, place: 'plain' },
    ];
    expect(due(forecasts, { after: 12.5, until: 13 })).toEqual([['hill @ 13', '36 from 12: gfs 12, icon 6']]);
  });

  test('nothing joins before it was known, though it is known by the end of the window', () => {
    const forecasts = [
      { source: 'icon', issued: 6, lead: 30 },
      { source: 'gfs', issued: 12, lead: 24 },
      { source: 'icon', issued: 11, lead: 25, known: 20 },
    ];
    expect(due(forecasts)).toEqual([
      ['hill @ 7', '36 from 6: icon 6'],
      ['hill @ 13', '36 from 12: gfs 12, icon 6'],
      ['hill @ 20', '36 from 12: icon 11, gfs 12'],
    ]);
  });

  test('the run counts as issued when its newest input was', () => {
    const forecasts = [
      { source: 'gfs', issued: 0, lead: 24, known: 10 },
      { source: 'icon', issued: 6, lead: 18 },
    ];
    expect(due(forecasts, { after: 9 })).toEqual([['hill @ 10', '24 from 6: gfs 0, icon 6']]);
  });

  test('one that arrives late does not displace a newer one of its own source', () => {
    const forecasts = [
      { source: 'gfs', issued: 0, lead: 24, known: 10 },
      { source: 'gfs', issued: 6, lead: 18 },
      { source: 'icon', issued: 3, lead: 21 },
    ];
    expect(due(forecasts, { after: 9 })).toEqual([['hill @ 10', '24 from 6: gfs 6, icon 3']]);
  });
});

test('a run that arrives late does not displace a newer one where there is no other source either', () => {
  const forecasts = [
    { issued: 0, lead: 24, known: 10 },
    { issued: 6, lead: 18 },
    { issued: 0, lead: 30, known: 10 },
  ];
  expect(due(forecasts, { after: 9 })).toEqual([['hill @ 10', '24 from 6: gfs 6', '30 from 0: gfs 0']]);
});

test('observations that became known are answered for the days ahead', () => {
  const forecasts = [24, 48].map((lead) => ({ source: '', issued: 10, known: 10, lead }));
  expect(due(forecasts)).toEqual([['hill @ 10', '34 from 10:  10', '58 from 10:  10']]);
});

test('nothing is due where nothing arrived', () => {
  expect(due([])).toEqual([]);
  expect(due([{ issued: 6, lead: 24 }], { after: 50 })).toEqual([]);
});
