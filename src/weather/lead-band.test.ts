import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bandName, bandOf, horizonHours, leadBands, wideBandOf } from './lead-band.ts';

describe('the band of a lead', () => {
  test.each([
    [0, 6],
    [6, 6],
    [6.001, 12],
    [24, 24],
    [47.5, 48],
    [240, 240],
    [384, 384],
  ])('%d h ahead ends at %d h', (lead, band) => {
    expect(bandOf(lead)).toBe(band);
  });

  test('is the narrowest that reaches as far', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: horizonHours, noNaN: true }), (lead) => {
        const band = bandOf(lead);
        expect(band).toBeGreaterThanOrEqual(lead);
        for (const other of leadBands) if (other < band) expect(other).toBeLessThan(lead);
      }),
    );
  });

  test.each([384.1, -0.5, Number.NaN, Infinity])('there is none for %d h', (lead) => {
    expect(() => bandOf(lead)).toThrow(
      expect.objectContaining({
        name: 'InvalidData',
        message: `${lead} h ahead is beyond the horizon: predictions reach from 0 to 384 h.`,
      }),
    );
  });
});

test('a band is named by its two ends', () => {
  expect(leadBands.map(bandName).slice(0, 3)).toEqual(['0–6 h', '6–12 h', '12–24 h']);
  expect(bandName(384)).toBe('240–384 h');
  expect(bandName(1536)).toBe('768–1536 h');
});

describe('the band of a lead in a table', () => {
  test.each([
    [-3, 6],
    [24, 24],
    [384, 384],
    [384.5, 768],
    [768, 768],
    [8784, 12_288],
  ])('%d h ahead ends at %d h', (lead, band) => {
    expect(wideBandOf(lead)).toBe(band);
  });
});
