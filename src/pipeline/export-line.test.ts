import { expect, test } from 'vitest';
import { ensembles } from '../forecast/empirical.ts';
import { parametric } from '../forecast/parametric.ts';
import { handMadeCases } from '../models/hand-made-cases.ts';
import { exportHeader, exportLine, quantileColumns, quoted } from './export-line.ts';
import { scoredTarget, scoreTarget } from './score-target.ts';

const cases = handMadeCases({
  size: 1,
  places: ['Hill, upper'],
  initTime: Float64Array.of(Date.UTC(2004, 0, 29)),
  validTime: Float64Array.of(Date.UTC(2004, 0, 31, 12, 30, 15)),
  outcome: Float64Array.of(3),
});

test('the header names 99 quantiles between the mean and the score', () => {
  expect(quantileColumns).toHaveLength(99);
  expect([quantileColumns[0], quantileColumns[8], quantileColumns[98]]).toEqual(['q01', 'q09', 'q99']);
  expect(exportHeader).toMatch(/^place,init_time,valid_time,variable,model,law,mean,q01,q02,/);
  expect(exportHeader).toMatch(/,q98,q99,crps,observation$/);
});

test('a line says who, when, what and how well', () => {
  const target = scoredTarget();
  scoreTarget(ensembles([6, 1, 2], 1, 3), 0, 3, target);
  const line = exportLine(cases, 0, 'raw', 'ensemble', target);
  expect(line).toMatch(
    /^"Hill, upper",2004-01-29T00:00Z,2004-01-31T12:30:15Z,temperature_2m,raw,ensemble,3,1,1,.*,6,0\.8888888889,3\n$/,
  );
  expect(line.slice('"Hill, upper"'.length).split(',')).toHaveLength(exportHeader.split(',').length);
});

test('numbers have ten significant digits and no minus before zero', () => {
  const target = scoredTarget();
  target.quantiles.fill(-0);
  target.quantiles[1] = 1 / 3;
  target.quantiles[2] = -1234567.891011;
  target.quantiles[3] = 1.23456789012e-9;
  target.mean = 1e21;
  target.scores.crps = 0;
  const fields = exportLine({ ...cases, places: ['x'] }, 0, 'raw', 'ensemble', target)
    .trimEnd()
    .split(',');
  expect(fields.slice(6, 12)).toEqual(['1e+21', '0', '0.3333333333', '-1234567.891', '1.23456789e-9', '0']);
  for (const field of fields.slice(6)) expect(Number(field)).not.toBeNaN();
});

// The trapezoid over the levels 0.01 … 0.99 is 0.99 times their mean; what lies beyond them is the rest.
test('anyone can score it again from the quantiles alone, to a hundredth', () => {
  const law = { law: 'normal', transform: 'none', lower: -Infinity, upper: Infinity } as const;
  const answers = parametric(law, Float64Array.of(1), Float64Array.of(2));
  for (const outcome of [-1, 1.5, 4]) {
    const target = scoredTarget();
    scoreTarget(answers, 0, outcome, target);
    const own = { ...cases, places: ['x'], outcome: Float64Array.of(outcome) };
    const fields = exportLine(own, 0, 'emos', 'normal', target).split(',').map(Number);
    const quantiles = fields.slice(7, 106);
    const pinball = quantiles.map((q, k) => {
      const level = (k + 1) / 100;
      return outcome >= q ? level * (outcome - q) : (1 - level) * (q - outcome);
    });
    const again = 0.99 * 2 * (pinball.reduce((sum, loss) => sum + loss, 0) / 99);
    expect(Math.abs(again / fields[106] - 1)).toBeLessThan(0.01);
    expect(fields[107]).toBe(outcome);
  }
});

test.each([
  ['Oslo', 'Oslo'],
  ['Hill, upper', '"Hill, upper"'],
  ['the "Peak"', '"the ""Peak"""'],
  ['two\nlines', '"two\nlines"'],
])('%j is quoted where it must be', (text, expected) => {
  expect(quoted(text)).toBe(expected);
});
