import { expect, it } from 'vitest';
import { float32sOf, float64sOf } from './blobs.ts';

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
