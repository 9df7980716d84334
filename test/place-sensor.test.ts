import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../src/scores/random.ts';
import { formatInstant, msPerDay } from '../src/weather/time.ts';
import { weatherglass } from './command-line.ts';

/** `weatherglass place sensor`: what a sensor of one's own would buy. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-sensor-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DAYS = 60;

/** Twenty simulated stations a few km apart in two valleys: forecasts are 2 °C too warm in one, and too cold in the other. */
function simulatedValleys(): string {
  const random = seededRandom('valleys');
  const lines = ['place,latitude,longitude,elevation,init_time,valid_time,variable,unit,model_a,observation'];
  for (let day = 0; day < DAYS; day++) {
    const init = Date.UTC(2024, 0, 1) + day * msPerDay;
    const times = `${formatInstant(init)},${formatInstant(init + msPerDay)}`;
    for (let station = 0; station < 20; station++) {
      const east = station % 2 === 0;
      const truth = 10 + 6 * random() + (random() + random() - 1);
      const forecast = truth + (east ? 2 : -2) + 2 * (random() + random() - 1);
      const at = `${(47 + station / 200).toFixed(3)},${east ? 12 : 7},500`;
      lines.push(`S${station},${at},${times},temperature_2m,°C,${forecast.toFixed(2)},${truth.toFixed(2)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const run = (...args: string[]) => weatherglass(args, { cwd: folder });

beforeAll(async () => {
  writeFileSync(join(folder, 'valleys.csv'), simulatedValleys());
  for (const args of [['import', 'valleys.csv'], ['train']]) {
    const { exitCode, stderr } = await run(...args);
    expect([exitCode, stderr.includes('error')]).toEqual([0, false]);
  }
}, 60_000);

const worthAt = async (latitude: number, longitude: number) => {
  const at = ['--latitude', String(latitude), '--longitude', String(longitude), '--elevation', '500'];
  const [one] = JSON.parse((await run('place', 'sensor', ...at, '--json')).stdout);
  return one;
};

it('is worth most where no station tells of the place', async () => {
  const near = await worthAt(47.052, 12);
  const far = await worthAt(40, 20);
  expect(near).toMatchObject({ variable: 'temperature_2m', unit: '°C', source: 'imported' });
  expect(near.crps_with_neighbours).toBeLessThan(0.85 * near.crps_without);
  expect(far.crps_with_neighbours).toBeCloseTo(far.crps_without, 2);
  expect(far.unknown_share).toBeGreaterThan(0.99);
  expect(far.crps_with_sensor).toBeLessThan(0.75 * far.crps_with_neighbours);
  expect(far.crps_with_sensor).toBe(near.crps_with_sensor);
});

it('is shown for a place by its name, with what it is measured in', async () => {
  const { stdout, exitCode } = await run('place', 'sensor', 'S3');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^expected CRPS 24 h ahead/);
  expect(stdout).toMatch(/temperature_2m +°C +imported +\d\.\d{3} +\d\.\d{3} +\d\.\d{3} +\d+% +1200 +20$/m);
  expect(stdout).not.toMatch(/nothing was learned|One place/);
  const { stdout: far } = await run('place', 'sensor', 'S3', '--lead', '900h');
  expect(far).toMatch(/^So far ahead nothing was learned: the numbers are those of 24 h\.$/m);
});

it('is not known where one place alone is followed', async () => {
  const lines = simulatedValleys().split('\n');
  writeFileSync(
    join(folder, 'one.csv'),
    lines.filter((line, k) => k === 0 || line.startsWith('S1,')).join('\n'),
  );
  await run('import', 'one.csv', '--store', 'one.db');
  await run('train', '--store', 'one.db');
  const { stdout } = await run('place', 'sensor', 'S1', '--store', 'one.db');
  expect(stdout).toMatch(/temperature_2m +°C +imported +– +– +\d\.\d{3} +– +60 +1$/m);
  expect(stdout).toMatch(/^One place alone does not tell how places differ/m);
});

it.each([
  ['neither a name nor a point', [], 64, 'say where the sensor would be'],
  ['both', ['S3', '--latitude', '47', '--longitude', '7'], 64, 'say where the sensor would be'],
  ['half a point', ['--latitude', '47'], 64, 'say where the sensor would be'],
  ['a point that is none', ['--latitude', '97', '--longitude', '7'], 65, 'Latitude must be from -90 to 90'],
  ['a place that is not followed', ['Nowhere'], 66, 'there is no place "Nowhere"'],
  ['a lead that is none', ['S3', '--lead', 'soon'], 64, 'Say a number of hours such as 24h'],
] as const)('is refused for %s', async (_, args, code, message) => {
  const { exitCode, stderr } = await run('place', 'sensor', ...args);
  expect(stderr).toContain(message);
  expect(exitCode).toBe(code);
});

it('says what to do where nothing has been learned', async () => {
  writeFileSync(join(folder, 'few.csv'), simulatedValleys().split('\n').slice(0, 3).join('\n'));
  await run('import', 'few.csv', '--store', 'few.db');
  const { stderr } = await run('place', 'sensor', 'S0', '--store', 'few.db');
  expect(stderr).toContain('`weatherglass train` learns it');
});
