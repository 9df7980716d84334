import type { Location } from '../src/weather/location.ts';

// Chance without state: a number is drawn by hashing what it belongs to, so any of them can be had at any time, in any
// order, without those before it.

/** A whole number of 32 bits that names a stream of chance. */
export type Key = number;

/** The key of a text, such as the name of a model. */
export function textKey(text: string): Key {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  return scramble(bits);
}

/** The key of a part of what `key` names: part 3 of a, part 4 of a and part 3 of b are unrelated. */
export function partKey(key: Key, part: number): Key {
  return scramble(Math.imul(key ^ scramble((part + 0x9e3779b9) | 0), 0x85ebca6b) + 0x27d4eb2f);
}

/** A number uniform in (0, 1). */
export function uniform(key: Key): number {
  return ((scramble(key ^ 0x5bd1e995) >>> 0) + 0.5) / 0x100000000;
}

/** A number from the standard normal law, by Box and Muller's transform of two uniform ones. */
export function normal(key: Key): number {
  const turn = ((scramble(key + 0x3c6ef372) >>> 0) * 2 * Math.PI) / 0x100000000;
  return Math.sqrt(-2 * Math.log(uniform(key))) * Math.cos(turn);
}

/** MurmurHash3's final mixing: each bit of the result depends on each bit given. */
function scramble(given: number): Key {
  let bits = given;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/**
 * A smooth function of time (or of lead) that is standard normal at each of its points, from independent standard normal
 * numbers at the whole ones:
 *
 *   z(k + s) = cos(θ) z_k + sin(θ) z_{k+1},  θ = (π/2) s² (3 − 2s),  0 ≤ s < 1
 *
 * As cos² + sin² = 1, the variance is exactly 1 everywhere. It remembers the two numbers it stands between, nothing else.
 */
export function smoothNormal(knot: (index: number) => number): (position: number) => number {
  let cell = Number.NaN;
  let before = 0;
  let after = 0;
  return (position) => {
    const index = Math.floor(position);
    if (index !== cell) {
      before = index === cell + 1 ? after : knot(index);
      after = knot(index + 1);
      cell = index;
    }
    const angle = smoothAngle(position - index);
    return Math.cos(angle) * before + Math.sin(angle) * after;
  };
}

/**
 * Several of {@link smoothNormal}'s functions, independent of each other, at once; the array it returns is overwritten by
 * the next call.
 */
export function smoothNormals(
  count: number,
  knot: (index: number, one: number) => number,
): (position: number) => Float64Array {
  let cell = Number.NaN;
  let before = new Float64Array(count);
  let after = new Float64Array(count);
  const now = new Float64Array(count);
  return (position) => {
    const index = Math.floor(position);
    if (index !== cell) {
      const kept = index === cell + 1;
      [before, after] = [after, before];
      for (let one = 0; one < count; one++) {
        if (!kept) before[one] = knot(index, one);
        after[one] = knot(index + 1, one);
      }
      cell = index;
    }
    const angle = smoothAngle(position - index);
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    for (let one = 0; one < count; one++) now[one] = cos * before[one] + sin * after[one];
    return now;
  };
}

function smoothAngle(part: number): number {
  return (Math.PI / 2) * part * part * (3 - 2 * part);
}

/** Where a location lies among the corners of cubes that fill space: their keys, and weights whose squares sum to 1. */
export interface Corners {
  readonly keys: Int32Array;
  readonly weights: Float64Array;
}

const earthRadiusKm = 6371;

/** Corners of the cube with edges of `sizeKm` around a location; cubes in space know neither poles nor a date line. */
export function cornersAround({ latitude, longitude }: Location, sizeKm: number): Corners {
  const north = (latitude * Math.PI) / 180;
  const east = (longitude * Math.PI) / 180;
  const radius = earthRadiusKm / sizeKm;
  const position = [
    radius * Math.cos(north) * Math.cos(east),
    radius * Math.cos(north) * Math.sin(east),
    radius * Math.sin(north),
  ];
  const keys = new Int32Array(8);
  const weights = new Float64Array(8);
  for (let corner = 0; corner < 8; corner++) {
    let key = 0;
    let weight = 1;
    for (let axis = 0; axis < 3; axis++) {
      const cell = Math.floor(position[axis]);
      const side = (corner >> axis) & 1;
      const angle = smoothAngle(position[axis] - cell);
      weight *= side === 1 ? Math.sin(angle) : Math.cos(angle);
      key = partKey(key, cell + side);
    }
    keys[corner] = key;
    weights[corner] = weight;
  }
  return { keys, weights };
}

/** The value of a random field at corners: standard normal, and alike at near places. */
export function fieldNormal({ keys, weights }: Corners, key: Key): number {
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) sum += weights[corner] * normal(partKey(keys[corner], key));
  return sum;
}
