import { seededRandom } from '../src/scores/random.ts';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import type { Table } from './simulated-tables.ts';

/** Hourly weather that was never measured, with forecasts of it that were never issued: pairs as a table. */
export interface SimulatedHourly {
  readonly firstDay: number;
  readonly days: number;
  /** Hours ahead of each day's run, issued at 00:00 UTC and known at once. */
  readonly hours: number;
  /** `member_*` columns; 0 for a single model. */
  readonly members: number;
  readonly variables?: readonly ('temperature_2m' | 'precipitation')[];
  /** Days at the end whose outcomes are not known. */
  readonly ahead?: number;
}

const units = { temperature_2m: '°C', precipitation: 'mm' } as const;

/**
 * Weather that lasts for hours: an anomaly that forgets a tenth an hour, on the wave of the day, or rain where it is high.
 * The errors of a member last as long as the weather does. The forecasts are 1 too high.
 */
export function simulatedHourly({
  firstDay,
  days,
  hours,
  members,
  variables = ['temperature_2m', 'precipitation'],
  ahead = 0,
}: SimulatedHourly): Table {
  const columns = members === 0 ? ['model_a'] : Array.from({ length: members }, (_, k) => `member_${k + 1}`);
  const header = [
    'place',
    'latitude',
    'longitude',
    'elevation',
    'init_time',
    'valid_time',
    'variable',
    'unit',
  ];
  const rows: string[][] = [];
  for (const variable of variables) {
    const random = seededRandom(`hourly ${variable}`);
    const noise = () => 2 * (random() + random() + random() - 1.5);
    const walk = (length: number) => {
      let state = 2 * noise();
      return Float64Array.from({ length }, () => (state = 0.9 * state + 0.44 * noise()));
    };
    const rain = variable === 'precipitation';
    const shown = (anomaly: number, hour: number) =>
      rain
        ? Math.max(0, 2 * (anomaly - 0.8)).toFixed(1)
        : (4 - 3 * Math.cos((2 * Math.PI * (hour - 3)) / 24) + 2 * anomaly).toFixed(1);
    const truth = walk(24 * days + hours + 1);
    for (let day = 0; day < days; day++) {
      const errors = columns.map(() => walk(hours + 1));
      const common = walk(hours + 1);
      for (let lead = 1; lead <= hours; lead++) {
        const at = 24 * day + lead;
        const outcome = day + Math.ceil(lead / 24) <= days - ahead ? shown(truth[at], at) : '';
        rows.push([
          'Garden',
          '52.1',
          '11.6',
          '79',
          formatInstant(firstDay + day * msPerDay),
          formatInstant(firstDay + at * msPerHour),
          variable,
          units[variable],
          ...errors.map((own) => shown(truth[at] + 0.5 + 0.25 * common[lead] + 0.25 * own[lead], at)),
          outcome,
        ]);
      }
    }
  }
  return [[...header, ...columns, 'observation'], ...rows];
}
