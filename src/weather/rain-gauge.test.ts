import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Measured } from './measured.ts';
import { rainCounter, rainIncrements } from './rain-gauge.ts';
import { msPerHour } from './time.ts';

const minute = 60_000;

function counts(...values: readonly number[]): readonly Measured[] {
  return values.map((value, index) => ({
    variable: rainCounter,
    time: index * 5 * minute,
    value,
    receivedAt: index * 5 * minute + 1000,
  }));
}

const fallen = (readings: readonly Measured[]) => rainIncrements(readings).map(({ value }) => value);

it('gives what fell between readings, with its period', () => {
  expect(rainIncrements(counts(1, 1, 1.5))).toEqual([
    { variable: 'precipitation', time: 300_000, value: 0, receivedAt: 301_000, periodHours: 1 / 12 },
    { variable: 'precipitation', time: 600_000, value: 0.5, receivedAt: 601_000, periodHours: 1 / 12 },
  ]);
});

it('takes a fall for a reset, after which all has fallen since', () => {
  expect(fallen(counts(12, 12.5, 0, 0.25))).toEqual([0.5, 0, 0.25]);
  expect(fallen(counts(12, 0.75, 1))).toEqual([0.75, 0.25]);
  expect(fallen(counts(12, 0.75, 12))).toEqual([0.75, 11.25]);
});

it('takes a fall of up to a tenth for a wobble', () => {
  expect(fallen(counts(10, 9.5, 10, 10.5))).toEqual([0, 0, 0.5]);
  expect(fallen(counts(10, 9))).toEqual([0]);
  expect(fallen(counts(10, 8.875))).toEqual([8.875]);
});

it('leaves out what is missing or negative, and bridges it', () => {
  const [one, two] = rainIncrements(counts(1, NaN, -9999, 1.5, 2));
  expect(one).toMatchObject({ value: 0.5, periodHours: 0.25 });
  expect(two).toMatchObject({ value: 0.5, periodHours: 1 / 12 });
});

it('has nothing to say of one reading, or none, or of other variables', () => {
  expect(rainIncrements(counts(3))).toEqual([]);
  expect(rainIncrements([])).toEqual([]);
  expect(rainIncrements(counts(1, 2).map((one) => ({ ...one, variable: 'precipitation' })))).toEqual([]);
});

it('never loses or invents rain of a counter without resets, whatever the order of its readings', () => {
  const rises = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(rises, fc.infiniteStream(fc.nat()), (quarters, keys) => {
      let count = 0;
      const readings = counts(...quarters.map((quarter) => (count += quarter / 4)));
      const mixed = readings
        .map((reading) => ({ reading, key: Number(keys.next().value) }))
        .sort((one, other) => one.key - other.key)
        .map(({ reading }) => reading);
      const increments = rainIncrements(mixed);
      expect(increments).toEqual(rainIncrements(readings));
      const sum = increments.reduce((total, { value }) => total + value, 0);
      expect(sum).toBe(count - (readings[0]?.value ?? 0));
      const hours = increments.reduce((total, { periodHours = 0 }) => total + periodHours, 0);
      expect(hours * msPerHour).toBeCloseTo((readings.length - 1) * 5 * minute, 3);
    }),
  );
});
