import { expect, it } from 'vitest';
import { float32sOf, float64sOf, packedFloat32s, unpackedFloat32s } from './blobs.ts';

it('reads numbers wherever their blob begins', () => {
  for (const offset of [0, 1, 4, 8]) {
    const bytes = new Uint8Array(offset + 16);
    bytes.set(new Uint8Array(Float64Array.of(1 / 3, -2).buffer), offset);
    expect(float64sOf(bytes.subarray(offset))).toEqual(Float64Array.of(1 / 3, -2));
    bytes.set(new Uint8Array(Float32Array.of(1, 2, 3, 4.5).buffer), offset);
    expect(float32sOf(bytes.subarray(offset))).toEqual(Float32Array.of(1, 2, 3, 4.5));
  }
});

it('does not copy what is aligned', () => {
  const bytes = new Uint8Array(8);
  expect(float64sOf(bytes).buffer).toBe(bytes.buffer);
  expect(float32sOf(bytes).buffer).toBe(bytes.buffer);
});

it('packs numbers bit by bit, where that makes them smaller', () => {
  const alike = Float32Array.from({ length: 5000 }, (_, k) => 10 + (k % 20) / 7);
  alike[17] = Number.NaN;
  const packed = packedFloat32s(alike);
  expect(packed.length).toBeLessThan(alike.byteLength / 10);
  expect(unpackedFloat32s(packed, 'x')).toEqual(alike);
  for (const few of [[], [1.5], [Number.NaN, -0, 3.4e38]]) {
    const values = Float32Array.from(few);
    expect(packedFloat32s(values).length).toBeLessThanOrEqual(values.byteLength);
    expect(unpackedFloat32s(packedFloat32s(values), 'x')).toEqual(values);
  }
  expect(() => unpackedFloat32s(packed.subarray(0, 20), 'x.db')).toThrow('x.db is damaged');
  // A part of a larger buffer is only that part.
  expect(unpackedFloat32s(packedFloat32s(alike.subarray(100, 900)), 'x')).toEqual(alike.slice(100, 900));
});
