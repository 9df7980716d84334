import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { WeatherglassError } from '../errors.ts';
import { damaged } from './sqlite-error.ts';

/** The doubles of a blob: a view, or a copy where the blob does not begin at a multiple of eight. */
export function float64sOf(blob: Uint8Array): Float64Array {
  const aligned = blob.byteOffset % 8 === 0 ? blob : new Uint8Array(blob);
  return new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 3);
}

/** The single-precision numbers of a blob, likewise. */
export function float32sOf(blob: Uint8Array): Float32Array {
  const aligned = blob.byteOffset % 4 === 0 ? blob : new Uint8Array(blob);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
}

/** How a frame of zstd begins. As a single-precision number it is −1.5e37, which no quantile is. */
const frameStart = [0x28, 0xb5, 0x2f, 0xfd] as const;
/** The fastest: the next levels take twice as long for a few per cent. */
const params = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Blobs of fewer bytes stay as they are: packing them would take longer than writing them. */
const LEAST_PACKED = 8192;

/** Single-precision numbers as a blob that is packed where that makes it smaller: what experts say is much alike. */
export function packedFloat32s(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (bytes.length < LEAST_PACKED) return bytes;
  const packed = zstdCompressSync(bytes, { params });
  return packed.length < bytes.length ? packed : bytes;
}

/**
 * The single-precision numbers of a blob, packed or not.
 *
 * @param file for messages
 * @throws WeatherglassError InvalidData where it cannot be unpacked
 */
export function unpackedFloat32s(blob: Uint8Array, file: string): Float32Array {
  if (!frameStart.every((byte, k) => blob[k] === byte)) return float32sOf(blob);
  try {
    return float32sOf(zstdDecompressSync(blob));
  } catch (cause) {
    throw new WeatherglassError('InvalidData', `${file} ${damaged()} (numbers cannot be unpacked).`, {
      cause,
    });
  }
}
