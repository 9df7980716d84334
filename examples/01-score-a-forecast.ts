/**
 * Lesson 1: what a forecast is worth.
 *
 * A probabilistic forecast is scored by the CRPS: the lower the better, in the unit of what is forecast. A forecast
 * that says one number scores its absolute error, so the CRPS compares the two fairly.
 */
import { crpsOfMembers, fairCrpsOfMembers, makeLaw, parametric } from '../src/index.ts';

// Tomorrow's high, °C: five ensemble members, and what the thermometer then said.
const members = Float64Array.of(17.2, 18.1, 18.4, 19.0, 20.3);
const observed = 19.6;
const scratch = new Float64Array(members.length);
console.log('ensemble CRPS', crpsOfMembers(members, 0, members.length, observed, scratch).toFixed(3), '°C');
console.log(
  'fair CRPS    ',
  fairCrpsOfMembers(members, 0, members.length, observed, scratch).toFixed(3),
  '°C',
);

// The same as a law: normal with mean 18.6 and standard deviation 1.2.
const family = { law: 'normal', transform: 'none', lower: -Infinity, upper: Infinity } as const;
const forecast = parametric(family, Float64Array.of(18.6), Float64Array.of(1.2));
console.log('normal CRPS  ', forecast.crps(0, observed).toFixed(3), '°C');
console.log('chance of 20 °C or more', (1 - forecast.cdfBelow(0, 20)).toFixed(2));
console.log(
  'five to ninety-five percent',
  forecast.quantile(0, 0.05).toFixed(1),
  '…',
  forecast.quantile(0, 0.95).toFixed(1),
);

// Rain has an atom at zero: a censored law, fitted on the square root of the amount.
const rain = parametric(
  { law: 'censored-logistic', transform: 'sqrt', lower: 0, upper: Infinity },
  Float64Array.of(0.4),
  Float64Array.of(0.7),
);
console.log(
  makeLaw('censored-logistic').name,
  'chance of a dry day',
  rain.cdf(0, 0).toFixed(2),
  'mean',
  rain.mean(0).toFixed(2),
  'mm',
);
