import { emptyPairs } from '../src/pipeline/empty-pairs.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import { msPerDay } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';
import { gaussian } from './simulated.ts';

/** Simulated temperatures at stations in a row 5 km apart, whose biases are alike where they are near. */
export function stationsAround(count: number, days: number): Pairs {
  const draw = gaussian('bench/transfer');
  const places = Array.from({ length: count }, (_, k) => ({
    name: `station ${k}`,
    latitude: 47 + 0.045 * k,
    longitude: 8,
    elevation: 500,
  }));
  const table = emptyPairs(count * days, places, [findVariable('temperature_2m')], ['model_a'], 0, 1);
  for (let row = 0; row < table.rows; row++) {
    const place = row % count;
    const valid = Date.UTC(2024, 0, 1) + Math.floor(row / count) * msPerDay;
    table.place[row] = place;
    table.initTime[row] = table.availableTime[row] = valid - msPerDay;
    table.validTime[row] = table.outcomeKnownTime[row] = valid;
    table.lead[row] = 24;
    table.forecasts[row] = 5 + 4 * draw();
    table.observation[row] = table.forecasts[row] + 2 * Math.sin(place / 4) + draw();
  }
  return table;
}
