import { seededRandom } from '../src/scores/random.ts';

/** A table as rows of fields, the header first. */
export type Table = readonly (readonly string[])[];

/** A table as the text of a CSV file. */
export function csvText(table: Table): string {
  const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return table.map((row) => `${row.map(field).join(',')}\n`).join('');
}

const DAY = 86_400_000;
const firstDay = Date.UTC(2020, 0, 1);

/** A comma in a name must survive every file on the way. */
const simulatedPlaces = [
  ['Harbour', '47.61', '-122.33', '5'],
  ['Hill, upper', '47.7', '-122.2', '410'],
] as const;

export interface SimulatedPairs {
  readonly variable?: 'temperature_2m' | 'precipitation_sum_72h';
  readonly dates?: number;
  readonly leads?: readonly number[];
  readonly members?: number;
  /** Latest dates of each lead whose outcome is still missing. */
  readonly ahead?: number;
}

/**
 * Pairs by a made-up weather: a season and noise that members share in part, a bias of 1 °C. Their rain is dry on about
 * every other day, the root of a logistic variable otherwise.
 */
export function simulatedPairs({
  variable = 'temperature_2m',
  dates = 60,
  leads = [24],
  members = 5,
  ahead = 0,
}: SimulatedPairs = {}): Table {
  const random = seededRandom(`pairs of ${variable}`);
  const names = Array.from({ length: members }, (_, k) => `member_${k + 1}`);
  const header =
    `place,latitude,longitude,elevation,init_time,valid_time,variable,unit,${names.join(',')},observation`.split(
      ',',
    );
  const noise = () => random() + random() + random() - 1.5;
  const rain = variable === 'precipitation_sum_72h';
  const shown = (value: number) => (rain ? Math.max(0, value) ** 2 : value).toFixed(2);
  const rows: string[][] = [];
  for (let date = 0; date < dates; date++)
    for (const place of simulatedPlaces) {
      const season = rain ? 0 : 9 - 8 * Math.cos((2 * Math.PI * date) / 365);
      const truth = season + 4 * noise();
      for (const lead of leads) {
        const valid = firstDay + date * DAY;
        const shared = truth + (rain ? 0.5 : 1) + (lead / 24) * noise();
        rows.push([
          ...place,
          iso(valid - (lead / 24) * DAY),
          iso(valid),
          variable,
          rain ? 'mm' : '°C',
          ...names.map(() => shown(shared + 2 * noise())),
          date < dates - ahead ? shown(truth) : '',
        ]);
      }
    }
  return [header, ...rows];
}

/** Observations of a maximum temperature a day, by the same weather. */
export function simulatedObservations(days: number): Table {
  const random = seededRandom('observations');
  const rows: string[][] = [];
  let anomaly = 0;
  for (let day = 0; day < days; day++) {
    anomaly = 0.7 * anomaly + 4 * (random() + random() - 1);
    const value = 12 - 9 * Math.cos((2 * Math.PI * day) / 365.25) + anomaly;
    rows.push([
      ...simulatedPlaces[0],
      iso(firstDay + day * DAY),
      'temperature_2m_max',
      '°C',
      value.toFixed(1),
    ]);
  }
  return ['place,latitude,longitude,elevation,valid_time,variable,unit,observation'.split(','), ...rows];
}

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}
