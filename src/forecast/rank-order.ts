import { firstAt } from '../weather/first-at.ts';
import { normalQuantile } from './normal.ts';

/** Which trajectory is the how-manieth in each dimension: `ranks` is count x dimension, row by row, 0 … count − 1. */
export interface RankOrder {
  readonly count: number;
  readonly dimension: number;
  readonly ranks: Int32Array;
}

/** Hours to either side that order members which are equal in an hour. */
const NEIGHBOURS = 6;

/**
 * The order of a template's members in each dimension, such as of an ensemble's members or of past days in each hour.
 *
 * Members that are equal, as all dry ones are, are put in the order of their hours around, those within 6 h, the nearer the
 * weightier: a dry hour beside rain is nearer to rain than one of a dry day.
 *
 * With `copies` each member stands for so many trajectories, equal to each other: so few members can order many quantiles.
 * What is equal, then too, is in an order drawn by chance that lasts from hour to hour as long as that of the members does: a
 * chain of normal numbers with the mean rank correlation of neighbouring hours. Were hours independent within the share of a
 * margin that falls to one member, five members would make the frost of a night twice as probable as it is. Trajectory k is
 * of member k mod m: several variables hang together where each is ordered by a template of the same members.
 *
 * @param template members x dimension, hours in a row, without gaps: {@link completeMembers} leaves out members with one
 * @param random uniform in [0, 1)
 *
 * @example
 * rankOrder(Float64Array.of(3, 10, 1, 30, 2, 20), 2, random).ranks; // 2 0, 0 2, 1 1
 */
export function rankOrder(
  template: Float64Array,
  dimension: number,
  random: () => number,
  copies: number = 1,
): RankOrder {
  const members = template.length / dimension;
  const count = members * copies;
  const ranks = new Int32Array(count * dimension);
  const around = new Float64Array(members);
  const lots = new Float64Array(count);
  const order = Int32Array.from({ length: count }, (_, k) => k);
  const lasting = rankCorrelation(template, dimension);
  const fresh = Math.sqrt(1 - lasting * lasting);
  for (let d = 0; d < dimension; d++) {
    for (let member = 0; member < members; member++)
      around[member] = neighbours(template, member, d, dimension);
    for (let k = 0; k < count; k++) {
      const drawn = normalQuantile(random() + 2 ** -54);
      lots[k] = d === 0 ? drawn : lasting * lots[k] + fresh * drawn;
    }
    order.sort((a, b) => {
      const [m, n] = [a % members, b % members];
      return (
        template[m * dimension + d] - template[n * dimension + d] ||
        around[m] - around[n] ||
        lots[a] - lots[b]
      );
    });
    for (let rank = 0; rank < count; rank++) ranks[order[rank] * dimension + d] = rank;
  }
  return { count, dimension, ranks };
}

/** Spearman's correlation of members in hours that follow each other, mean over the hours in which they differ; 0 … 1. */
function rankCorrelation(template: Float64Array, dimension: number): number {
  const members = template.length / dimension;
  let before = ranksIn(template, 0, dimension, members);
  let sum = 0;
  let count = 0;
  for (let d = 1; d < dimension; d++) {
    const ranks = ranksIn(template, d, dimension, members);
    const correlation = correlationOf(before, ranks);
    if (!Number.isNaN(correlation)) {
      sum += correlation;
      count++;
    }
    before = ranks;
  }
  // Rounding must not make it more than 1.
  return count === 0 ? 0 : Math.min(1, Math.max(0, sum / count));
}

/** Ranks of members in an hour less their mean; equal ones share theirs. */
function ranksIn(template: Float64Array, hour: number, dimension: number, members: number): Float64Array {
  const sorted = Float64Array.from({ length: members }, (_, m) => template[m * dimension + hour]).sort();
  return Float64Array.from({ length: members }, (_, m) => {
    const value = template[m * dimension + hour];
    return (firstAt(sorted, value) + sorted.lastIndexOf(value) - (members - 1)) / 2;
  });
}

/** Of two lists with mean 0; NaN where one of them never differs. */
function correlationOf(one: Float64Array, other: Float64Array): number {
  let [product, squares, otherSquares] = [0, 0, 0];
  one.forEach((value, k) => {
    product += value * other[k];
    squares += value * value;
    otherSquares += other[k] * other[k];
  });
  return product / Math.sqrt(squares * otherSquares);
}

/** The hours around one of a member, each weighed by 1 / (1 + hours away). */
function neighbours(template: Float64Array, member: number, hour: number, dimension: number): number {
  const last = Math.min(dimension - 1, hour + NEIGHBOURS);
  let sum = 0;
  for (let d = Math.max(0, hour - NEIGHBOURS); d <= last; d++)
    sum += template[member * dimension + d] / (1 + Math.abs(d - hour));
  return sum;
}

/** Members of a template without a gap (NaN), in their order. One with a gap has no rank there, so it is left out whole. */
export function completeMembers(template: Float64Array, dimension: number): Float64Array {
  const kept = new Float64Array(template.length);
  let end = 0;
  for (let from = 0; from + dimension <= template.length; from += dimension) {
    const member = template.subarray(from, from + dimension);
    if (member.some(Number.isNaN)) continue;
    kept.set(member, end);
    end += dimension;
  }
  return kept.slice(0, end);
}

/** All dimensions in one order: the first trajectory is the lowest everywhere. The strongest dependence there is. */
export function comonotoneOrder(count: number, dimension: number): RankOrder {
  return {
    count,
    dimension,
    ranks: Int32Array.from({ length: count * dimension }, (_, at) => Math.floor(at / dimension)),
  };
}

/** Every dimension in an order of its own, drawn by chance: as if hours had nothing to do with each other. */
export function independentOrder(count: number, dimension: number, random: () => number): RankOrder {
  return rankOrder(new Float64Array(count * dimension), dimension, random);
}
