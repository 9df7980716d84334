import { expect, it } from 'vitest';
import { isForecastColumn, orderForecastColumns } from './forecast-columns.ts';

it('orders members, models and predictors, each by number', () => {
  const names = [
    'x_b',
    'member_10',
    'model_gfs',
    'observation',
    'member_2',
    'x_a',
    'model_ecmwf',
    'member_2',
  ];
  expect(orderForecastColumns(names)).toEqual({
    columns: ['member_2', 'member_10', 'model_ecmwf', 'model_gfs', 'x_a', 'x_b'],
    members: 2,
    models: 2,
    predictors: 2,
  });
});

it('orders names that differ only in leading zeros the same way whatever their order', () => {
  const columns = ['member_01', 'member_1'];
  expect(orderForecastColumns(columns).columns).toEqual(columns);
  expect(orderForecastColumns(columns.toReversed()).columns).toEqual(columns);
});

it('wants a name after the family', () => {
  expect(isForecastColumn('member_')).toBe(false);
  expect(isForecastColumn('members_1')).toBe(false);
  expect(isForecastColumn('x_wind')).toBe(true);
});
