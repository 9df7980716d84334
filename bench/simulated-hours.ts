import { findVariable } from '../src/weather/variable.ts';
import type { QualitySet } from './quality-sets.ts';
import { gaussian } from './simulated.ts';

const start = Date.UTC(2024, 0, 1);

/** Hourly temperatures of places 10 km apart that share their weather; without faults. */
export function simulatedHours(places: number, days: number): QualitySet {
  const draw = gaussian('bench/quality');
  const hours = 24 * days;
  const times = Float64Array.from({ length: hours }, (_, i) => start + 3_600_000 * i);
  let slow = 0;
  const shared = times.map((_, i) => {
    slow = 0.99 * slow + 0.6 * draw();
    const year = -10 * Math.cos((2 * Math.PI * i) / (24 * 365));
    return 10 + year - 4 * Math.cos((2 * Math.PI * (i % 24)) / 24) + slow;
  });
  return {
    name: 'simulated',
    variable: findVariable('temperature_2m'),
    series: Array.from({ length: places }, (_, p) => {
      let own = 0;
      return {
        place: { name: `place ${p}`, latitude: 50 + 0.09 * p, longitude: 8, elevation: 100 + 10 * p },
        times,
        values: shared.map((value) => {
          own = 0.8 * own + 0.3 * draw();
          return Math.round(10 * (value + own - 0.06 * p)) / 10;
        }),
        flags: [],
      };
    }),
  };
}
