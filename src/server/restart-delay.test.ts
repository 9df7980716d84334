import { expect, it } from 'vitest';
import { restartDelay } from './restart-delay.ts';

it('doubles from 100 ms to 5 s as long as the worker ends soon', () => {
  const delays = [restartDelay(undefined, 50)];
  while (delays.length < 8) delays.push(restartDelay(delays.at(-1), 50));
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

it('begins anew after a sound life', () => expect(restartDelay(5000, 10_000)).toBe(100));
