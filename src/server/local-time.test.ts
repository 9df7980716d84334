import { expect, it } from 'vitest';
import { dayBefore, endsDay, localDate, localTime, localTimeOfYear } from './local-time.ts';

it('shows the clocks of a zone', () => {
  const time = Date.UTC(2004, 1, 1, 0, 5);
  expect(localTime(time, 'America/Los_Angeles')).toBe('Sat 31 Jan, 16:05');
  expect(localTimeOfYear(time, 'Europe/Berlin')).toBe('Sun 1 Feb 2004, 01:05');
  expect(localDate(time, 'America/Los_Angeles')).toBe('31 Jan 2004');
});

it('goes with summer time', () => {
  // 2021-03-28 02:00 in Berlin is 03:00 at once.
  expect(localTime(Date.UTC(2021, 2, 28, 0, 59), 'Europe/Berlin')).toBe('Sun 28 Mar, 01:59');
  expect(localTime(Date.UTC(2021, 2, 28, 1), 'Europe/Berlin')).toBe('Sun 28 Mar, 03:00');
});

it('names the day that ends', () => {
  const midnight = Date.UTC(2021, 2, 28, 22);
  expect(endsDay(midnight, 'Europe/Berlin')).toBe(true);
  expect(endsDay(midnight, 'UTC')).toBe(false);
  expect(dayBefore(midnight, 'Europe/Berlin')).toBe('Sun 28 Mar');
});
