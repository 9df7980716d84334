import { describe, expect, test } from 'vitest';
import { msPerDay } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { fitGrown, type GrownArtefact } from './grown.ts';
import { handMadeRegion, normalNumbers, type RegionRow } from './hand-made-region.ts';
import type { Control, Settings } from './model.ts';
import { settingsFor } from './settings.ts';

const control: Control = { checkpoint() {} };
const settings = settingsFor(findVariable('temperature_2m'));
const normal = normalNumbers('grown');
/** Ten places; an outcome is known an hour after it is valid. */
const rows = Array.from({ length: 1250 }, (_, i): RegionRow => {
  const forecast = 10 + normal();
  return {
    place: `p${i % 10}`,
    day: Math.floor(i / 10),
    forecast,
    x: [normal()],
    outcome: forecast + normal(),
  };
});
const until = (day: number, withPredictor = true) =>
  handMadeRegion(rows.filter((row) => row.day < day).map((row) => (withPredictor ? row : { ...row, x: [] })));

/** What is grown says from how many rows, and is an object of its own. */
const grownFrom = (
  selection: ReturnType<typeof until>,
  earlier?: GrownArtefact<{ rows: number }>,
  choice: Settings = settings,
) => fitGrown('counted', ({ order }) => ({ rows: order.length }), selection, choice, control, earlier);

describe('what is grown', () => {
  const day100 = grownFrom(until(100));

  test.each([
    [91, 90],
    [120, 90],
    [121, 120],
  ])('from outcomes of the days before %d is as of day %d', (day, expected) => {
    expect(grownFrom(until(day)).grownUntil).toBe(expected * msPerDay);
  });

  test('is of the rows known by then', () => {
    // Of days 0 to 89, without twenty to tell the spread to begin with, and two more until what has faded is made up for.
    expect(day100.grown.rows).toBe(900 - 220);
  });

  test('is kept until others are due, while the region learns on', () => {
    const day119 = grownFrom(until(119), day100);
    expect(day119.grown).toBe(day100.grown);
    expect(day119.features).toBe(day100.features);
    expect(day119.region.learned).toBe(1190);
    expect(day119.trainedOn.rows).toBe(1190);
    expect(grownFrom(until(122), day119).grown).toEqual({ rows: 1200 - 220 });
  });

  test('is grown anew where other columns are looked at', () => {
    expect(grownFrom(until(110, false), day100).features.names).not.toContain('x_0');
    expect(day100.features.names).toContain('x_0');
  });

  test('is grown anew where the law is another', () => {
    const logistic: Settings = { ...settings, family: { ...settings.family, law: 'logistic' } };
    expect(grownFrom(until(110), day100, logistic).grown).not.toBe(day100.grown);
  });
});
