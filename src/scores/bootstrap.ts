import { WeatherglassError } from '../errors.ts';
import type { Random } from './random.ts';
import { sampleQuantile } from './sample-quantile.ts';
import { skill } from './skill.ts';

/** Sums over the targets of each date, all places together, in date order; one entry a date. */
export interface DateSums {
  readonly score: Float64Array;
  /** Of the reference, over the same targets. */
  readonly reference: Float64Array;
  /** Targets; a date with none is left out. */
  readonly count: Float64Array;
}

export interface BootstrapOptions {
  readonly random: Random;
  /** 1000 by default. */
  readonly resamples?: number;
  /** Dates in a block; {@link defaultBlockLength} by default. */
  readonly blockLength?: number;
  /** Least default block length: how many dates a forecast error lasts, such as the lead time in days. */
  readonly minimumBlockLength?: number;
  /** Probability within the interval; 0.95 by default. */
  readonly level?: number;
}

/** An estimate with the ends of its interval. */
export interface Interval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Comparison {
  /** 1 − Σ score / Σ reference; significant where the interval leaves out 0. */
  readonly skill: Interval;
  /** (Σ score − Σ reference) / Σ count, in the score's unit; below 0 the score is better. */
  readonly difference: Interval;
  /** Dates with targets. */
  readonly dates: number;
  /** Dates in a block as used, 0 where nothing was drawn. */
  readonly blockLength: number;
}

/**
 * The block length where none is given: `max(⌈n^(1/3)⌉, minimum)` of n dates.
 *
 * The rate n^(1/3) is the optimal one of Künsch 1989; its constant is not estimated.
 *
 * @example
 * defaultBlockLength(200); // 6
 */
export function defaultBlockLength(dates: number, minimum: number = 1): number {
  return Math.max(Math.ceil(Math.cbrt(dates)), minimum);
}

/**
 * How sure a score's advantage over a reference is, by a moving-block bootstrap over dates.
 *
 * Blocks of L neighbouring dates are drawn with replacement until there are n dates (the last block is cut short);
 * skill and mean difference of each resample are computed from its sums; the interval runs between their
 * (1 ∓ level)/2 quantiles. Dates, not targets, are drawn, because places share their weather; neighbouring dates
 * stay together, because days do. Blocks wrap around from the last date to the first, so that no date is drawn less
 * often than another.
 *
 * L is never above half the dates: longer blocks would make all resamples alike and any difference look certain.
 * Percentile intervals of few dates (below about 20) are somewhat too narrow. Fewer than 2 dates: both ends NaN. So
 * too where a sum is NaN, and for the skill where a resample's reference is 0.
 *
 * Source: Künsch 1989, doi 10.1214/aos/1176347265; wrapped as in Politis & Romano 1992, in LePage & Billard (eds.),
 * Exploring the Limits of Bootstrap, pp. 263–270.
 *
 * @throws WeatherglassError `Usage` if the columns differ in length or an option is out of range
 *
 * @example
 * const score = new Float64Array([1, 2, 1, 2]);
 * const reference = new Float64Array([2, 3, 2, 3]);
 * const count = new Float64Array([1, 1, 1, 1]);
 * bootstrapSkill({ score, reference, count }, { random: seededRandom(1) }).skill.estimate; // 1 − 6/10 = 0.4
 */
export function bootstrapSkill(sums: DateSums, options: BootstrapOptions): Comparison {
  const { random, resamples = 1000, minimumBlockLength = 1, level = 0.95 } = options;
  checkOptions(sums, options);
  const { dates, score, reference, count } = cumulated(sums);
  const all = { score: score[dates], reference: reference[dates], count: count[dates] };
  const wanted = options.blockLength ?? defaultBlockLength(dates, minimumBlockLength);
  const blockLength = Math.min(wanted, Math.floor(dates / 2));
  const skills = new Float64Array(blockLength === 0 ? 0 : resamples);
  const differences = new Float64Array(skills.length);
  for (let r = 0; r < skills.length; r++) {
    let scoreSum = 0;
    let referenceSum = 0;
    let countSum = 0;
    for (let drawn = 0; drawn < dates; drawn += blockLength) {
      const start = Math.floor(random() * dates);
      const end = start + Math.min(blockLength, dates - drawn);
      scoreSum += score[end] - score[start];
      referenceSum += reference[end] - reference[start];
      countSum += count[end] - count[start];
    }
    skills[r] = skill(scoreSum, referenceSum);
    differences[r] = (scoreSum - referenceSum) / countSum;
  }
  return {
    skill: interval(skill(all.score, all.reference), skills, level),
    difference: interval((all.score - all.reference) / all.count, differences, level),
    dates,
    blockLength,
  };
}

/** Running sums over the dates that have targets, gone through twice so that blocks can wrap around. */
function cumulated(sums: DateSums): DateSums & { readonly dates: number } {
  const kept: number[] = [];
  for (let date = 0; date < sums.count.length; date++) if (sums.count[date] !== 0) kept.push(date);
  const cumulate = (column: Float64Array) => {
    const running = new Float64Array(2 * kept.length + 1);
    for (let i = 0; i < 2 * kept.length; i++) running[i + 1] = running[i] + column[kept[i % kept.length]];
    return running;
  };
  return {
    dates: kept.length,
    score: cumulate(sums.score),
    reference: cumulate(sums.reference),
    count: cumulate(sums.count),
  };
}

function interval(estimate: number, resampled: Float64Array, level: number): Interval {
  resampled.sort();
  return {
    estimate,
    lower: sampleQuantile(resampled, (1 - level) / 2),
    upper: sampleQuantile(resampled, (1 + level) / 2),
  };
}

function checkOptions({ score, reference, count }: DateSums, options: BootstrapOptions): void {
  const { resamples = 1, blockLength = 1, minimumBlockLength = 1, level = 0.5 } = options;
  if (score.length !== count.length || reference.length !== count.length) {
    throw new WeatherglassError(
      'Usage',
      `The bootstrap needs one entry a date, but there are ${score.length} scores, ${reference.length} references and ${count.length} counts.`,
    );
  }
  for (const [name, value] of Object.entries({ resamples, blockLength, minimumBlockLength })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new WeatherglassError(
        'Usage',
        `The bootstrap's ${name} must be a whole number from 1, not ${value}.`,
      );
    }
  }
  if (!(level > 0 && level < 1)) {
    throw new WeatherglassError('Usage', `The bootstrap's level must lie between 0 and 1, not ${level}.`);
  }
}
