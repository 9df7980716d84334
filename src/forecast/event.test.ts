import { describe, expect, it } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { findVariable } from '../weather/variable.ts';
import { meets, parseEvent } from './event.ts';

const hourly = ['temperature_2m', 'precipitation', 'wind_gusts_10m'].map((name) => findVariable(name));
const daily = ['temperature_2m_min', 'precipitation_sum_72h'].map((name) => findVariable(name));

function parsed(text: string, predicted = hourly) {
  const { variable, statistic, hours, comparison, threshold } = parseEvent(text, predicted);
  return [variable.name, statistic, hours, comparison, threshold];
}

describe('parseEvent', () => {
  it.each([
    ['precipitation_sum_6h>5', ['precipitation', 'sum', 6, '>', 5]],
    ['temperature_2m_min<0', ['temperature_2m', 'min', 'day', '<', 0]],
    ['wind_gusts_10m_max_24h >= 20', ['wind_gusts_10m', 'max', 24, '>=', 20]],
    ['wind_gusts_10m_mean<=7.5', ['wind_gusts_10m', 'mean', 'day', '<=', 7.5]],
    ['temperature_2m<-1.5', ['temperature_2m', 'value', 1, '<', -1.5]],
    ['temperature_2m ≤ −2', ['temperature_2m', 'value', 1, '<=', -2]],
    ['precipitation<0.1 for 6h', ['precipitation', 'spell', 6, '<', 0.1]],
    [' precipitation<0.1mm for 6 h ', ['precipitation', 'spell', 6, '<', 0.1]],
    ['temperature_2m<32°F', ['temperature_2m', 'value', 1, '<', 0]],
    ['wind_gusts_10m>72 km/h', ['wind_gusts_10m', 'value', 1, '>', 20]],
    ['precipitation_sum_12h>1 inch', ['precipitation', 'sum', 12, '>', 25.4]],
  ])('%s', (text, expected) => expect(parsed(text)).toEqual(expected));

  it('takes a variable that is predicted under the whole name as it is', () => {
    expect(parsed('temperature_2m_min<0', [...hourly, ...daily])).toEqual([
      'temperature_2m_min',
      'value',
      24,
      '<',
      0,
    ]);
    expect(parsed('precipitation_sum_72h>50', [...hourly, ...daily])).toEqual([
      'precipitation_sum_72h',
      'value',
      72,
      '>',
      50,
    ]);
    expect(parsed('temperature_2m_min<0 for 48h', daily)).toEqual([
      'temperature_2m_min',
      'spell',
      48,
      '<',
      0,
    ]);
  });

  it('writes it in one spelling', () => {
    expect(parseEvent('temperature_2m<32°F for 3h', hourly).text).toBe('temperature_2m < 0 °C for 3 h');
    expect(parseEvent('precipitation_sum_6h>5', hourly).text).toBe('precipitation_sum_6h > 5 mm');
    expect(parseEvent('precipitation>.5', hourly).text).toBe('precipitation > 0.5 mm');
  });

  it.each<[string, string, RegExp]>([
    ['it rains', 'Usage', /"it rains" is not an event; write one like precipitation_sum_6h>5/],
    ['precipitation=5', 'Usage', /not an event/],
    ['precipitation>', 'Usage', /not an event/],
    ['temperatur_2m<0', 'NotFound', /not predicted here\. Did you mean temperature_2m\?/],
    ['temperatur_2m_min_6h<0', 'NotFound', /Did you mean temperature_2m_min_6h /],
    ['snow_depth>0', 'NotFound', /there are predictions of temperature_2m, precipitation, wind_gusts_10m/],
    ['precipitation_sum_6h>5°C', 'InvalidData', /cannot become mm/],
    ['precipitation>5 furlongs', 'InvalidData', /Unknown unit "furlongs"/],
    ['precipitation_sum_6h>5 for 6h', 'Usage', /about single hours of precipitation: leave out _sum_6h/],
    ['temperature_2m_min_max<0', 'Usage', /each value of temperature_2m_min is of 24 hours already/],
    ['temperature_2m_min<0 for 30h', 'Usage', /30 hours are not a whole number of these/],
    ['temperature_2m_sum_6h>60°F', 'Usage', /a sum in °F cannot be told in °C, whose zero is another/],
  ])('refuses %s', (text, name, message) => {
    let thrown: unknown;
    try {
      parseEvent(text, [...hourly, ...daily]);
    } catch (error) {
      thrown = error;
    }
    expect(isWeatherglassError(thrown) && thrown.name).toBe(name);
    expect(String(thrown)).toMatch(message);
  });
});

it('compares as written, and nothing is true of what is missing', () => {
  expect([meets('<', 1, 1), meets('<=', 1, 1), meets('>', 1, 1), meets('>=', 1, 1)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  for (const comparison of ['<', '<=', '>', '>='] as const)
    expect(meets(comparison, Number.NaN, 0)).toBe(false);
});
