import { expect, test } from 'vitest';
import { stagedProgress } from './staged-progress.ts';

test('stages of three quarters and a quarter are told as one', () => {
  const told: [number, number][] = [];
  const [first, second] = stagedProgress((done, total) => void told.push([done, total]), [0.75, 0.25]);
  first?.(1, 3);
  first?.(3, 3);
  second?.(0, 5);
  second?.(4, 5);
  second?.(5, 5);
  expect(told).toEqual([25, 75, 95, 100].map((parts) => [parts, 100]));
});

test('a stage within a stage ends where that ends, and the whole at a hundred', () => {
  const told: number[] = [];
  const [outer, last] = stagedProgress((done) => void told.push(done), [0.9, 0.1]);
  const [one, two] = stagedProgress(outer, [0.7, 0.3]);
  one?.(1, 1);
  two?.(1, 1);
  last?.(7, 7);
  expect(told).toEqual([63, 90, 100]);
});

test('where nobody listens nothing is told', () => {
  expect(stagedProgress(undefined, [0.5, 0.5])).toEqual([undefined, undefined]);
});
