import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PhysicsChanges } from '../src/forecast/physics-rule.ts';
import { seededRandom } from '../src/scores/random.ts';
import { solarElevation } from '../src/weather/solar.ts';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import { weatherglass } from './command-line.ts';
import { temporaryFolder } from './loop-tables.ts';
import { csvText, type Table } from './simulated-tables.ts';

/** What is served obeys physics, where its forecasts do not: light at night, and fog whose dew point is learned apart. */

const folder = temporaryFolder('physics');
const firstDay = Date.UTC(2025, 0, 1);
const DAYS = 40;
const asOf = firstDay + (DAYS - 2) * msPerDay;
const place = { latitude: 52.1, longitude: 11.6, elevation: 79 };
const names = ['shortwave_radiation', 'temperature_2m', 'dew_point_2m'] as const;
const units = { shortwave_radiation: 'W/m²', temperature_2m: '°C', dew_point_2m: '°C' };

/** Hourly forecasts a day ahead, issued at 00:00 UTC; outcomes of the last two days are not known. */
function foggyWeather(): Table {
  const random = seededRandom('physics');
  const noise = () => 2 * (random() + random() + random() - 1.5);
  const rows: string[][] = [];
  for (let hour = 1; hour <= DAYS * 24; hour++) {
    const end = firstDay + hour * msPerHour;
    const issued = firstDay + Math.floor((hour - 1) / 24) * msPerDay;
    const sine = Math.sin((solarElevation(place, end - msPerHour / 2) * Math.PI) / 180);
    const light = Math.max(0, 700 * sine * random());
    const temperature = 3 * noise();
    const truth = {
      shortwave_radiation: sine < -0.1 ? 0 : light,
      temperature_2m: temperature,
      dew_point_2m: temperature - 0.2 * random(),
    };
    for (const name of names) {
      const forecast = truth[name] + (name === 'shortwave_radiation' ? 40 : 1) * noise();
      rows.push([
        'Garden',
        ...[place.latitude, place.longitude, place.elevation].map(String),
        formatInstant(issued),
        formatInstant(end),
        name,
        units[name],
        (name === 'shortwave_radiation' ? Math.max(0, forecast) : forecast).toFixed(2),
        issued < asOf ? truth[name].toFixed(2) : '',
      ]);
    }
  }
  const header = 'place,latitude,longitude,elevation,init_time,valid_time,variable,unit,model_a,observation';
  return [header.split(','), ...rows];
}

async function json<Answer>(...args: string[]): Promise<Answer> {
  const { exitCode, stdout, stderr } = await weatherglass([...args, '--store', 'fog.db', '--json'], {
    cwd: folder,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as Answer;
}

interface Value {
  readonly variable: string;
  readonly validTime: string;
  readonly quantiles: readonly number[];
  readonly provenance: { readonly physics?: readonly string[] };
}

let replayed: { readonly physics: PhysicsChanges; readonly values: number };

beforeAll(async () => {
  writeFileSync(join(folder, 'fog.csv'), csvText(foggyWeather()));
  writeFileSync(join(folder, 'places.csv'), 'place\nGarden\n');
  await weatherglass(['import', 'fog.csv', '--store', 'fog.db'], { cwd: folder });
  replayed = await json('replay', '--from', '2025-01-12');
}, 60_000);

describe('physics', () => {
  it('counts what it moved of all that was issued, and by which rule', () => {
    const { physics, values } = replayed;
    expect(Object.keys(physics)).toEqual(expect.arrayContaining(['sunlight', 'dew-point']));
    for (const changed of Object.values(physics)) {
      expect(changed!.values).toBeGreaterThan(0);
      expect(changed!.values).toBeLessThanOrEqual(values);
      expect(changed!.quantiles).toBeGreaterThanOrEqual(changed!.values);
    }
  });

  it('holds in what is served, which names the rules', async () => {
    const { predictions } = await json<{ predictions: Value[] }>('predict', '--as-of', formatInstant(asOf));
    const of = (name: string) => predictions.filter(({ variable }) => variable === name);
    const dark = of('shortwave_radiation').filter(({ validTime }) => {
      const end = Date.parse(validTime);
      return [0, 0.5, 1].every((ago) => solarElevation(place, end - ago * msPerHour) < -1);
    });
    expect(dark.length).toBeGreaterThan(10);
    for (const { quantiles } of dark) expect(quantiles.every((value) => value === 0)).toBe(true);
    for (const { provenance } of dark) expect(provenance.physics).toEqual(['sunlight']);
    const temperatures = new Map(of('temperature_2m').map((one) => [one.validTime, one]));
    expect(of('dew_point_2m').length).toBeGreaterThan(20);
    for (const { validTime, quantiles, provenance } of of('dew_point_2m')) {
      expect(provenance.physics).toEqual(['dew-point']);
      quantiles.forEach((value, k) => {
        expect(value).toBeLessThanOrEqual(temperatures.get(validTime)!.quantiles[k]);
      });
    }
    for (const { provenance } of temperatures.values()) expect(provenance.physics).toBeUndefined();
  });

  it('holds in a batch, which counts too', async () => {
    const { physics } = await json<{ physics: PhysicsChanges }>(
      'predict',
      '--file',
      'places.csv',
      '--output',
      'ahead.csv',
      '--as-of',
      formatInstant(asOf),
    );
    expect(physics.sunlight?.values).toBeGreaterThan(0);
    expect(physics['dew-point']?.quantiles).toBeGreaterThan(0);
    const midnight = readFileSync(join(folder, 'ahead.csv'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(',shortwave_radiation,') && line.includes('T02:00Z'));
    expect(midnight).not.toEqual([]);
    for (const line of midnight) expect(line).toMatch(/(,0){9}$/);
    const { stdout } = await weatherglass(
      'predict --file places.csv --output again.csv --store fog.db --as-of 2025-02-08'.split(' '),
      { cwd: folder },
    );
    expect(stdout).toMatch(/^moved to obey physics: .*\d quantiles? of \d+ values? \(sunlight\)/m);
  });

  it('leaves no light in the trajectories of a night', async () => {
    const { events } = await json<{ events: { periods: { from: string; probability: number }[] }[] }>(
      'predict',
      '--as-of',
      formatInstant(asOf),
      '--event',
      'shortwave_radiation_max_3h>0',
    );
    const [{ periods }] = events;
    expect(periods.find(({ from }) => from.endsWith('T00:00Z'))?.probability).toBe(0);
    expect(periods.find(({ from }) => from.endsWith('T10:00Z'))?.probability).toBeGreaterThan(0.9);
  });
});
