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

/**
 * An artefact as bytes that can be read back in years: JSON, compressed by Zstandard (RFC 8878).
 *
 * A Float64Array is an object with one field, `float64`; a number that JSON has no word for (NaN, ±Infinity) one with
 * the field `number`.
 */
export function encodeArtefact(artefact: LoopArtefact): Uint8Array {
  const text = JSON.stringify(artefact, (_, value: unknown) => {
    if (value instanceof Float64Array)
      return {
        float64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
      } satisfies PackedNumbers;
    if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
    return value;
  });
  return zstdCompressSync(text);
}

/** @throws WeatherglassError InvalidData for bytes that are no artefact. */
export function decodeArtefact(data: Uint8Array): LoopArtefact {
  try {
    return JSON.parse(zstdDecompressSync(data).toString('utf8'), (_, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      // A place may be called float64 or number: what is packed is text.
      if ('float64' in value && typeof value.float64 === 'string') return unpack(value.float64);
      if ('number' in value && typeof value.number === 'string') return Number(value.number);
      return value;
    }) as LoopArtefact;
  } catch (cause) {
    throw new WeatherglassError(
      'InvalidData',
      'a stored model cannot be read; train again: weatherglass train',
      {
        cause,
      },
    );
  }
}

function unpack(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  const numbers = new Float64Array(bytes.length / 8);
  new Uint8Array(numbers.buffer).set(bytes);
  return numbers;
}
