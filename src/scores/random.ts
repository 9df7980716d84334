/** Numbers uniform in [0, 1), one a call. Passed in wherever chance plays a part, so that runs can be repeated. */
export type Random = () => number;

/**
 * The generator xoshiro128**: whole numbers 0 … 2³² − 1, period 2¹²⁸ − 1, from four 32-bit words of state.
 *
 * Not for secrets. The words must not all be zero.
 *
 * Source: Blackman & Vigna 2021, doi 10.1145/3460772; https://prng.di.unimi.it/xoshiro128starstar.c (public domain).
 *
 * @example
 * xoshiro128(1, 2, 3, 4)(); // 11520
 */
export function xoshiro128(a: number, b: number, c: number, d: number): () => number {
  const state = new Int32Array([a, b, c, d]);
  return () => {
    const s1 = state[1];
    const times5 = Math.imul(s1, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const s2 = state[2] ^ state[0];
    const s3 = state[3] ^ s1;
    state[1] = s1 ^ s2;
    state[0] ^= s3;
    state[2] = s2 ^ (s1 << 9);
    state[3] = (s3 << 11) | (s3 >>> 21);
    return result >>> 0;
  };
}

/**
 * A repeatable source of uniform numbers in [0, 1) with 53 random bits each.
 *
 * The same seed gives the same numbers on every machine; different seeds give unrelated ones, so name parts of a
 * computation by text such as `` `${seed}/bootstrap/${group}` ``. A number counts as its text: 1 is the seed '1'.
 *
 * @example
 * const random = seededRandom('lesson');
 * random() < 1; // true
 */
export function seededRandom(seed: number | string): Random {
  const text = String(seed);
  // A constant last word keeps the state from being all zero.
  const next = xoshiro128(hash(text, 1), hash(text, 2), hash(text, 3), 0x9e3779b9);
  for (let i = 0; i < 8; i++) next();
  return () => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
}

/** A 32-bit hash: FNV-1a over UTF-16 units, started from `lane`, with MurmurHash3's final mixing. */
function hash(text: string, lane: number): number {
  let bits = Math.imul(0x811c9dc5 ^ lane, 0x01000193);
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
