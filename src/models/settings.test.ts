import { describe, expect, test } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { settingsFor } from './settings.ts';

describe('what follows from the variable', () => {
  test.each([
    ['temperature_2m', 'normal', 'none', 'variance', 200, -Infinity, Infinity],
    ['wind_speed_10m', 'truncated-normal', 'none', 'variance', 200, 0, Infinity],
    ['relative_humidity_2m', 'censored-normal', 'none', 'variance', 200, 0, 100],
    // Rain goes by roots, whose mean says nothing of how far a forecast must be stretched: no prior.
    ['precipitation', 'censored-logistic', 'sqrt', 'log', 0, 0, Infinity],
    ['precipitation_sum_72h', 'censored-logistic', 'sqrt', 'log', 0, 0, Infinity],
  ] as const)('%s', (name, law, transform, spread, prior, lower, upper) => {
    expect(settingsFor(findVariable(name))).toEqual({
      family: { law, transform, lower, upper },
      predictors: 'mean',
      spread,
      score: 'ml',
      prior,
    });
  });
});

describe('what is chosen', () => {
  const rain = findVariable('precipitation');

  test('a law without bounds leaves the root scale, and with it the log spread', () => {
    for (const law of ['normal', 'logistic'] as const)
      expect(settingsFor(rain, { law })).toMatchObject({
        family: { law, transform: 'none' },
        spread: 'variance',
        prior: 200,
      });
  });

  test('another bounded law stays on roots', () => {
    expect(settingsFor(rain, { law: 'censored-normal' })).toMatchObject({
      family: { law: 'censored-normal', transform: 'sqrt' },
      spread: 'log',
      prior: 0,
    });
  });

  test('a scale brings its spread and prior along', () => {
    expect(settingsFor(rain, { transform: 'none' })).toMatchObject({ spread: 'variance', prior: 200 });
    expect(settingsFor(findVariable('wind_speed_10m'), { transform: 'sqrt' })).toMatchObject({
      family: { transform: 'sqrt' },
      spread: 'log',
      prior: 0,
    });
  });

  test('every choice has its way, 0 and undefined too', () => {
    const choice = {
      law: 'truncated-logistic',
      transform: 'none',
      predictors: 'weights',
      spread: 'log',
      score: 'crps',
      prior: 0,
    } as const;
    const { law, transform, ...rest } = choice;
    const { lower, upper } = rain;
    expect(settingsFor(rain, choice)).toEqual({ family: { law, transform, lower, upper }, ...rest });
    expect(settingsFor(rain, { law: undefined, prior: undefined })).toEqual(settingsFor(rain));
  });
});

describe('a choice that does not exist is refused', () => {
  test.each([
    [{ law: 'gumbel' }, /law is one of normal, .* not "gumbel"/],
    [{ transform: 'log' }, /transform is one of none, sqrt/],
    [{ predictors: 'all' }, /predictors is one of mean, weights/],
    [{ spread: 'x' }, /spread is one of variance, log/],
    [{ score: 'mle' }, /score is one of crps, ml/],
    [{ prior: -5 }, /prior is a number of outcomes from 0, not -5/],
    [{ prior: Infinity }, /prior is a number/],
    // A temperature has no bounds, so nothing could be cut off or gathered there.
    [{ law: 'truncated-logistic' }, /temperature_2m has none; take normal or logistic/],
  ])('%o', (choice, reason) => {
    const given = choice as Parameters<typeof settingsFor>[1];
    expect(() => settingsFor(findVariable('temperature_2m'), given)).toThrow(reason);
  });
});
