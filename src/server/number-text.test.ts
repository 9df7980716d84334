import { expect, it } from 'vitest';
import { countText, hoursText, intervalText, percentText, valueText } from './number-text.ts';

it('rounds values for people', () => {
  expect(['°C', '1', 'm'].map((unit) => valueText(-12.345, unit))).toEqual(['−12.3', '−12.345', '−12.3']);
  expect(valueText(24_140.16, 'm')).toBe('24140');
  expect(valueText(-0.04, '°C')).toBe('0.0');
  expect(valueText(Number.NaN, '°C')).toBe('–');
});

it('says what is missing', () => {
  expect(percentText(Number.NaN)).toBe('–');
  expect(intervalText('–', '1')).toBe('–');
  expect(intervalText('−1.0', '2.0')).toBe('−1.0 … 2.0');
});

it('counts as people do', () => {
  expect(countText(1234567)).toBe('1,234,567');
  expect([0.4, 2.4, 71, 73].map(hoursText)).toEqual(['less than an hour', '2 h', '71 h', '3 days']);
  expect(percentText(0.1234, 1)).toBe('12.3 %');
});
