import { declareVariable } from '../src/weather/variable.ts';

/** What GEFCom2014's solar track forecasts: mean power of an hour, as a share of what is installed. */
export const solarPower = declareVariable({
  name: 'solar_power',
  unit: '1',
  lower: 0,
  upper: 1,
  kind: 'mean',
  periodHours: 1,
  law: 'censored-normal',
});
