import { describe, expect, test } from 'vitest';
import type { ForecastSource, Provider, ReanalysisSource } from '../sources/source.ts';
import { msPerDay } from '../weather/time.ts';
import {
  type Filled,
  type FillPlan,
  type FillStep,
  fillCosts,
  filledKey,
  fillPlan,
  withStep,
} from './fill-plan.ts';
import type { CollectedPlace, Truth } from './follow.ts';

const now = Date.UTC(2026, 5, 20, 7, 30);
const today = Date.UTC(2026, 5, 20);
const day = (time: number) => (time - today) / msPerDay;

const provider: Provider = {
  name: 'example',
  title: 'Example',
  home: 'https://example.org',
  licence: 'none',
  attribution: 'Example',
  limits: [
    { calls: 100, seconds: 3600 },
    { calls: 1000, seconds: 86_400 },
  ],
  concurrency: 1,
  wantsContact: false,
};
const daysOf = ({ from, until }: { readonly from: number; readonly until: number }) =>
  (until - from) / msPerDay;
const forecasts: ForecastSource = {
  provider,
  names: ['example/a', 'example/b'],
  variables: ['temperature_2m'],
  covers: (name, { latitude }) => name === 'example/a' || latitude > 0,
  placesAtOnce: 1,
  every: 0,
  calls: () => 1,
  forecasts: async () => [],
  past: {
    daysAtOnce: 28,
    calls: (request) => 2 * request.names.length * daysOf(request),
    forecasts: async () => [],
  },
};
const reanalysis: ReanalysisSource = {
  provider,
  name: 'example-archive',
  variables: ['temperature_2m'],
  daysLate: 5,
  daysAtOnce: 365,
  calls: daysOf,
  readings: async () => [],
};
const sources = { forecasts: [forecasts], reanalysis };

function placed(name: string, pastDays: number, truth: Truth = 'own', latitude = 47): CollectedPlace {
  return {
    place: { name, latitude, longitude: 8, elevation: 400, zone: 'UTC' },
    following: { truth, since: now, pastDays },
  };
}

/** All steps, of which there are as many as the plan says. */
function stepsOf({ count, steps }: FillPlan): readonly FillStep[] {
  const all = [...steps()];
  expect(all).toHaveLength(count);
  return all;
}

const plan = (places: readonly CollectedPlace[], filled: ReadonlyMap<string, Filled> = new Map()) =>
  stepsOf(fillPlan(places, sources, ['temperature_2m'], filled, now));
const words = (steps: ReturnType<typeof plan>) =>
  steps.map(({ place, source, from, until }) => `${place.name} ${source} ${day(from)}…${day(until)}`);

describe('the past is filled in', () => {
  test('backwards from yesterday, in spans that the source takes, as far as is wanted', () => {
    expect(words(plan([placed('A', 70)]))).toEqual([
      'A example past -28…0',
      'A example past -56…-28',
      'A example past -70…-56',
    ]);
    expect(plan([placed('A', 0)])).toEqual([]);
  });

  test('with what is recent of every place before what is older of any', () => {
    expect(words(plan([placed('A', 40), placed('B', 40)]))).toEqual([
      'A example past -28…0',
      'B example past -28…0',
      'A example past -40…-28',
      'B example past -40…-28',
    ]);
  });

  test('with outcomes of a reanalysis where that is the truth, up to where it has come', () => {
    expect(words(plan([placed('A', 40, 'reanalysis')]))).toEqual([
      'A example past -28…0',
      'A example-archive -33…-5',
      'A example past -40…-28',
      'A example-archive -45…-33',
    ]);
  });

  const since = (from: number, until: number, began = until): Filled => ({
    from: today + from * msPerDay,
    until: today + until * msPerDay,
    began: today + began * msPerDay,
  });

  test('from where it was left, and no farther than was wanted when it began', () => {
    const filled = new Map([[filledKey('example past', 'A'), since(-30, -2)]]);
    expect(words(plan([placed('A', 40)], filled))).toEqual(['A example past -42…-30']);
    filled.set(filledKey('example past', 'A'), since(-42, -2));
    expect(plan([placed('A', 40)], filled)).toEqual([]);
  });

  test('and a reanalysis goes on as its days become available', () => {
    const filled = new Map([
      [filledKey('example past', 'A'), since(-50, -10)],
      [filledKey('example-archive', 'A'), since(-35, -15)],
    ]);
    expect(words(plan([placed('A', 40, 'reanalysis')], filled))).toEqual([
      'A example-archive -15…-5',
      'A example-archive -55…-35',
    ]);
  });

  test('of a reanalysis from the day on that the place is followed, where nothing before is wanted', () => {
    const late = fillPlan(
      [placed('A', 0, 'reanalysis')],
      sources,
      ['temperature_2m'],
      new Map(),
      now + 9 * msPerDay,
    );
    expect(words(stepsOf(late))).toEqual(['A example-archive 0…4']);
  });

  test('step by step, whichever way', () => {
    const step = (from: number, until: number) => ({ ...since(from, until) }) as unknown as FillStep;
    const first = withStep(undefined, step(-28, 0));
    expect(first).toEqual(since(-28, 0));
    expect(withStep(first, step(-40, -28))).toEqual(since(-40, 0));
    expect(withStep(first, step(0, 5))).toEqual(since(-28, 5, 0));
  });

  test('of the models that cover a place', () => {
    expect(plan([placed('A', 1)])[0].names).toEqual(['example/a', 'example/b']);
    expect(plan([placed('South', 1, 'own', -47)])[0].names).toEqual(['example/a']);
  });
});

test('a plan of many places is begun without being made to its end', () => {
  let priced = 0;
  const calls = () => ++priced;
  const counting = { forecasts: [{ ...forecasts, past: { ...forecasts.past!, calls } }], reanalysis };
  const many = Array.from({ length: 1000 }, (_, k) => placed(`P${k}`, 730, 'reanalysis'));
  const { count, steps } = fillPlan(many, counting, ['temperature_2m'], new Map(), now);
  // 28 days and 26 times 27 of forecasts, 28, 365 and 337 of the reanalysis.
  expect(count).toBe(1000 * (27 + 3));
  expect(priced).toBe(0);
  expect(steps().next().value?.place.name).toBe('P0');
  expect(priced).toBe(1);
});

test('a plan is priced in calls, and in days within half of the tightest limit', () => {
  const [cost] = fillCosts(plan([placed('A', 70), placed('B', 70)]));
  // 2 places x 2 models x 70 days x 2 calls; half of 1,000 a day is tighter than half of 100 an hour.
  expect(cost).toMatchObject({ requests: 6, calls: 560, days: 560 / 500 });
  expect(fillCosts([])).toEqual([]);
});
