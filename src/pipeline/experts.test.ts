import { describe, expect, test } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import { climatology } from '../models/climatology.ts';
import { dressed, persistence } from '../models/dressed.ts';
import { handMadeCases } from '../models/hand-made-cases.ts';
import type { Artefact, Cases, Control, Model, Selection } from '../models/model.ts';
import { recentNames } from '../models/model.ts';
import { settingsFor } from '../models/settings.ts';
import { findVariable } from '../weather/variable.ts';
import { contendersOf, expertName, expertQuantiles, expertsFor, expertsNeed, fitExpert } from './experts.ts';

const DAY = 86_400_000;
const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const settings = settingsFor(temperature);
const levels = Float64Array.of(0.25, 0.5, 0.75);

/** One row a day and outcome, places in turn; the last known outcome was yesterday's 10 °C, the forecast says 20. */
function casesOf(places: readonly string[], outcomes: readonly (readonly number[])[]): Cases {
  const rows = outcomes.flatMap((values, day) => values.map((value, place) => ({ day, place, value })));
  return handMadeCases({
    size: rows.length,
    variable: temperature,
    places,
    place: Int32Array.from(rows, ({ place }) => place),
    initTime: Float64Array.from(rows, ({ day }) => day * DAY),
    columns: ['model_a'],
    forecasts: new Float64Array(rows.length).fill(20),
    recent: new Float64Array(rows.length * recentNames.length).fill(10),
    outcome: Float64Array.from(rows, ({ value }) => value),
  });
}

const everyRow = (cases: Cases): Selection => ({
  cases,
  rows: Int32Array.from({ length: cases.size }, (_, row) => row),
});

/** Medians of an expert, one a row; NaN where it left the row as it was. */
function medians(model: Model, artefact: Artefact, targets: Selection): number[] {
  const out = new Float64Array(3 * targets.rows.length).fill(Number.NaN);
  expertQuantiles(model, artefact, targets, levels, out, 0, 3);
  return [...out].filter((_, at) => at % 3 === 1);
}

describe('who answers', () => {
  test('is named by model, and by source too where it is not the first', () => {
    expect(contendersOf(['gfs'], ['gfs'])).toEqual([
      'aggregate',
      'pool',
      'dressed',
      'climatology',
      'emos',
      'emos-season',
      'emos-station',
      'idr',
      'regional',
      'trees',
    ]);
    expect(contendersOf([''], [])).toEqual(['aggregate', 'pool', 'climatology', 'persistence', 'harmonic']);
    const several = contendersOf(['gfs', 'icon', ''], ['gfs', 'icon']);
    expect(several).toContain('emos');
    expect(several).toContain('emos@icon');
    // Climatology is the same, wherever it stands.
    expect(several.slice(-2)).toEqual(['persistence', 'harmonic']);
    expect(several).toHaveLength(2 + 8 + 7 + 2);
    // Wherever it is asked, whoever else answers there.
    expect(contendersOf(['icon'], ['gfs', 'icon'])).toContain('emos@icon');
    expect(expertName('emos', 'gfs', ['gfs'])).toBe('emos');
  });

  test('is fitted by models that there are, of which some look at what was known lately', () => {
    for (const source of ['gfs', ''])
      for (const { name } of expertsFor(source))
        expect(contendersOf([source], source === '' ? [] : [source])).toContain(name);
    expect(expertsNeed).toEqual({ usesRecent: true, usesContext: true });
  });
});

describe('experts of a source', () => {
  test('learn from all places together', () => {
    const cases = casesOf(
      ['cold', 'hot'],
      [
        [10, 30],
        [10, 30],
      ],
    );
    const artefact = fitExpert(dressed, 'gfs', everyRow(cases), settings, control);
    expect(artefact).not.toHaveProperty('byPlace');
    // Errors of −10 and 10 everywhere: the same law at both places.
    const out = new Float64Array(8).fill(7);
    expertQuantiles(dressed, artefact, { cases, rows: Int32Array.of(0, 1) }, levels, out, 1, 4);
    expect([...out]).toEqual([7, 10, out[2], 30, 7, 10, out[2], 30]);
    expect(out[2]).toBeGreaterThanOrEqual(10);
    expect(out[2]).toBeLessThanOrEqual(30);
  });
});

describe('experts of observations alone', () => {
  // Errors against yesterday's 10 °C: −9 and −7 at the one place, 20 and 22 at the other.
  const cases = casesOf(
    ['__proto__', 'plain'],
    [
      [1, 30],
      [3, 32],
    ],
  );

  test('learn at each place by itself, whatever it is called', () => {
    const artefact = fitExpert(persistence, '', everyRow(cases), settings, control);
    expect(artefact).toMatchObject({
      model: 'persistence',
      version: 1,
      trainedOn: { rows: 4, from: DAY, until: 2 * DAY },
    });
    // In the order of the rows asked for.
    const asked = medians(persistence, artefact, { cases, rows: Int32Array.of(3, 0, 1) });
    expect(asked[0]).toBe(asked[2]);
    expect(asked[0]).toBeGreaterThanOrEqual(30);
    expect(asked[0]).toBeLessThanOrEqual(32);
    expect(asked[1]).toBeGreaterThanOrEqual(1);
    expect(asked[1]).toBeLessThanOrEqual(3);
  });

  test('answer nowhere else, and leave those rows as they are', () => {
    const artefact = fitExpert(climatology, '', everyRow(cases), settings, control);
    const elsewhere = casesOf(['toString', 'plain', '__proto__'], [[0, 0, 0]]);
    const answers = medians(climatology, artefact, everyRow(elsewhere));
    expect(answers).toEqual([Number.NaN, expect.any(Number), expect.any(Number)]);
    expect(answers[1]).toBeGreaterThan(answers[2]);
    const out = new Float64Array(9).fill(7);
    expertQuantiles(
      climatology,
      artefact,
      { cases: elsewhere, rows: Int32Array.of(0, 1) },
      levels,
      out,
      1,
      4,
    );
    expect([...out].map((value) => (value === 7 ? '.' : 'x')).join('')).toBe('.....xxx.');
  });

  test('leave out a place where nothing can be learned', () => {
    const some = everyRow(cases);
    const artefact = fitExpert(
      climatology,
      '',
      { ...some, rows: some.rows.filter((row) => row !== 0) },
      settings,
      control,
    );
    expect(medians(climatology, artefact, some).map(Number.isNaN)).toEqual([true, false, true, false]);
  });

  test.each([[[]], [[0]], [[0, 1]]])('cannot be fitted where no place can: rows %j', (rows) => {
    expect(() =>
      fitExpert(climatology, '', { cases, rows: Int32Array.from(rows) }, settings, control),
    ).toThrow(expect.objectContaining({ name: 'CannotFit' }));
  });

  /** A model that remembers what each fit was given to start from, and can be told to fail. */
  const recording = (failure?: WeatherglassError) => {
    const starts: (Artefact | undefined)[] = [];
    const model: Model = {
      ...climatology,
      fit(training, given, by, earlier) {
        starts.push(earlier);
        if (failure !== undefined) throw failure;
        return climatology.fit(training, given, by);
      },
    };
    return { model, starts };
  };

  test('start from what they learned at the same place before', () => {
    const { model, starts } = recording();
    const some = everyRow(cases);
    const first = fitExpert(model, '', { ...some, rows: Int32Array.of(1, 3) }, settings, control);
    const again = fitExpert(model, '', some, settings, control, first);
    expect(starts).toEqual([undefined, undefined, (first as unknown as Places).byPlace.plain]);
    fitExpert(model, '', some, settings, control, again);
    expect(starts.slice(3)).toEqual(Object.values((again as unknown as Places).byPlace));
    // What all places learned together says nothing of one.
    fitExpert(model, '', some, settings, control, climatology.fit(some, settings, control));
    expect(starts.slice(5)).toEqual([undefined, undefined]);
  });

  test('stop when they are told to', () => {
    const { model, starts } = recording(new WeatherglassError('Cancelled', 'stopped'));
    expect(() => fitExpert(model, '', everyRow(cases), settings, control)).toThrow(
      expect.objectContaining({ name: 'Cancelled' }),
    );
    expect(starts).toHaveLength(1);
  });
});

interface Places {
  readonly byPlace: Readonly<Record<string, Artefact>>;
}
