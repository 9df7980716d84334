import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { WeatherglassError } from '../errors.ts';
import type { Artefact } from '../models/model.ts';

/** An artefact as the loop keeps it: with the forecast columns it was fitted with. */
export interface LoopArtefact extends Artefact {
  readonly columns: readonly string[];
}

/** Typed arrays inside an artefact become these: their bytes, little-endian, as base64. */
interface PackedNumbers {
  readonly float64: string;
}

/** Typed arrays of other numbers, by the name of their kind. */
const otherArrays = { Uint8Array, Uint16Array, Int32Array, Uint32Array, Float32Array } as const;

interface PackedArray {
  readonly array: keyof typeof otherArrays;
  readonly base64: string;
}

/** Bytes from which on compressing is worth the time that it takes to read an artefact back. */
const LONG = 4096;

/**
 * An artefact as bytes that can be read back in years: JSON, compressed by Zstandard (RFC 8878) where it is long.
 *
 * A Float64Array is an object with one field, `float64`, another typed array one with `array` and `base64`; a number that JSON has no word for (NaN, ±Infinity) one with
 * the field `number`.
 */
export function encodeArtefact(artefact: LoopArtefact): Uint8Array {
  const text = JSON.stringify(artefact, (_, value: unknown) => {
    if (value instanceof Float64Array) return { float64: base64Of(value) } satisfies PackedNumbers;
    if (ArrayBuffer.isView(value)) {
      const array = value.constructor.name as PackedArray['array'];
      return { array, base64: base64Of(value) } satisfies PackedArray;
    }
    if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
    return value;
  });
  const bytes = Buffer.from(text);
  return bytes.length < LONG ? bytes : zstdCompressSync(bytes);
}

/** @throws WeatherglassError InvalidData for bytes that are no artefact. */
export function decodeArtefact(data: Uint8Array): LoopArtefact {
  try {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const text = bytes[0] === openingBrace ? bytes : zstdDecompressSync(bytes);
    return restored(JSON.parse(text.toString('utf8'))) as LoopArtefact;
  } catch (cause) {
    throw new WeatherglassError(
      'InvalidData',
      'a stored model cannot be read; train again: weatherglass train',
      { cause },
    );
  }
}

/** How JSON of an artefact begins, and nothing compressed does. */
const openingBrace = '{'.charCodeAt(0);

/**
 * Puts what was packed in its place, in what JSON.parse has just made. A reviver of JSON.parse would be called for each of the
 * many numbers of an artefact.
 */
function restored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // A place may be called float64 or number: what is packed is text.
  if ('float64' in value && typeof value.float64 === 'string') return unpack(value.float64);
  if ('array' in value && 'base64' in value && typeof value.base64 === 'string')
    return unpackArray(value as PackedArray);
  if ('number' in value && typeof value.number === 'string') return Number(value.number);
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    if (typeof field === 'object' && field !== null) fields[key] = restored(field);
  }
  return value;
}

function base64Of({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function unpack(text: string): Float64Array {
  return new Float64Array(bytesOf(text));
}

function unpackArray({ array, base64 }: PackedArray): ArrayBufferView {
  return new otherArrays[array](bytesOf(base64));
}

/** In a buffer of their own: Node.js may put small ones at odd places of a common one. */
function bytesOf(base64: string): ArrayBuffer {
  const bytes = Buffer.from(base64, 'base64');
  const own = new Uint8Array(bytes.length);
  own.set(bytes);
  return own.buffer;
}
