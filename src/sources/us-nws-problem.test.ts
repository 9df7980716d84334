import { describe, expect, it } from 'vitest';
import { nwsProblem } from './us-nws-problem.ts';

describe('nwsProblem', () => {
  it('puts a problem in one line', () => {
    expect(
      nwsProblem({
        correlationId: '7ab',
        title: 'Forecast Grid Expired',
        type: 'https://api.weather.gov/problems/ForecastGridExpired',
        status: 503,
        detail: 'The requested forecast grid\nwas issued 2020-01-01.',
        instance: 'https://api.weather.gov/requests/7ab',
      }),
    ).toBe(
      'Forecast Grid Expired: The requested forecast grid was issued 2020-01-01. (status 503, ForecastGridExpired, correlationId 7ab)',
    );
    expect(nwsProblem({ title: 'Forecast Grid Expired', status: 503, correlationId: '7ab' })).toBe(
      'Forecast Grid Expired (status 503, correlationId 7ab)',
    );
    expect(nwsProblem({ detail: 'Only this', title: null, status: '503' })).toBe('Only this');
  });

  it('cuts what is too long', () => {
    expect(nwsProblem({ title: 'x'.repeat(500) })).toBe(`${'x'.repeat(299)}…`);
  });

  it.each([[undefined], ['<html>'], [null], [{}], [{ title: ' ', status: 500 }], [[]]])(
    'knows no problem in %j',
    (body) => {
      expect(nwsProblem(body)).toBeUndefined();
    },
  );
});
