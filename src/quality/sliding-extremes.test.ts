import { describe, expect, it } from 'vitest';
import { largestFew } from './largest-few.ts';
import { medianOf, robust } from './robust.ts';
import { slidingExtremes } from './sliding-extremes.ts';

describe('slidingExtremes', () => {
  it('are those of the values not older than the span', () => {
    const times = Float64Array.from({ length: 200 }, (_, i) => i);
    const values = times.map((i) => (i * 7919) % 101);
    const recent = slidingExtremes(times, values, 10);
    for (let at = 0; at < 200; at++) {
      recent.add(at);
      recent.forget(at);
      const kept = values.slice(Math.max(0, at - 10), at + 1);
      expect([recent.least(), recent.most()]).toEqual([Math.min(...kept), Math.max(...kept)]);
      expect(recent.count()).toBe(kept.length);
      expect(recent.span()).toBe(Math.min(10, at));
    }
  });
});

describe('largestFew', () => {
  it('keeps the least of the largest three', () => {
    const few = largestFew(3);
    expect(few.least()).toBeNaN();
    for (const value of [1, 9, 4, 4, 2, 7]) few.add(value);
    expect(few.least()).toBe(4);
    expect(few.seen()).toBe(6);
  });
});

describe('robust', () => {
  it('is the median and 1.4826 times the median distance from it', () => {
    // Distances from 3: 2, 1, 0, 1, 97; their median is 1.
    expect(robust(Float64Array.of(1, 2, 3, 4, 100, -50), 5)).toEqual({ count: 5, median: 3, sd: 1.4826 });
    expect(robust(new Float64Array(3), 0).median).toBeNaN();
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  });
});
