import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openPool } from '../src/index.ts';
import { step } from '../src/pipeline/loop.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';
import {
  contact,
  follow,
  openTestCollecting,
  placesOf,
  quietTime,
  simulatedEnvironment,
} from './collecting.ts';
import { weatherglass } from './command-line.ts';
import {
  firstDay,
  importRows,
  observation,
  outcomesTable,
  pairsTable,
  simulatedHistory,
  temporaryFolder,
} from './loop-tables.ts';
import { type Served, startServe } from './serve-process.ts';
import { startSimulatedProviders } from './simulated-providers.ts';

/** What is collected, as a service shows it: when its sources are down, when sensors push, when a value cannot be. */

const folder = temporaryFolder('collect-serve');

/** A folder of its own whose settings ask `url`. */
function newFolder(name: string, url: string): string {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const environment = simulatedEnvironment(url, join(cwd, 'cache'));
  const settings = Object.entries(environment).map(([key, value]) => [
    key.slice('WEATHERGLASS_'.length).toLowerCase(),
    value,
  ]);
  writeFileSync(join(cwd, 'weatherglass.json'), JSON.stringify({ ...Object.fromEntries(settings), contact }));
  return cwd;
}

/** Asks until what comes is as it should be; the last answer where it never is. */
async function eventually<Answer>(
  ask: () => Promise<Answer>,
  isRight: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (isRight(answer) || tries > 300) return answer;
    await sleep(100);
  }
}

async function getJson<Shape>({ url }: Served, path: string): Promise<Shape> {
  const reply = await fetch(url + path);
  expect(reply.status, path).toBe(200);
  return (await reply.json()) as Shape;
}

interface Predicted {
  readonly predictions: readonly {
    readonly variable: string;
    readonly provenance: {
      readonly age_hours: number;
      readonly runs: readonly { readonly issued_at: string }[];
    };
  }[];
  readonly uncalibrated: readonly { readonly variable: string; readonly issued_at: string }[];
}

describe('all sources down', () => {
  it('what was collected before is served, with its age, and what fails is told', async () => {
    const past = quietTime(Date.now() - 7 * msPerHour);
    const providers = await startSimulatedProviders({ seed: 'down', now: () => past });
    const cwd = newFolder('down', providers.url);
    const file = join(cwd, 'weatherglass.db');
    {
      await using store = await openStore(file);
      const stations = [{ place: 'KXXX', distanceKm: 11, higherM: null }];
      await follow(store, placesOf([['Garden', 47.6, -122.3, 50]]), {
        truth: 'reanalysis',
        pastDays: 20,
        stations,
      });
      await follow(store, placesOf([['KXXX', 47.7, -122.3, 50]]), {
        truth: 'own',
        station: { source: 'metar', id: 'KXXX' },
      });
      await using collecting = openTestCollecting({ url: providers.url, folder, now: () => past });
      expect((await collecting.collect(store)).failures).toEqual([]);
      expect((await collecting.fill(store)).failures).toEqual([]);
      await using pool = openPool(1);
      await step(store, { asOf: past }, pool);
    }
    await providers[Symbol.asyncDispose]();

    await using served = await startServe(file, cwd, '--log', 'info');
    const { predictions, uncalibrated } = await getJson<Predicted>(
      served,
      '/v1/predict?place=Garden&hours=24',
    );
    const [temperature] = predictions.filter(({ variable }) => variable === 'temperature_2m');
    expect(temperature.provenance.age_hours).toBeGreaterThan(6.9);
    expect(temperature.provenance.age_hours).toBeLessThan(40);
    for (const { issued_at } of temperature.provenance.runs)
      expect(Date.parse(issued_at)).toBeLessThan(Date.now() - 7 * msPerHour);
    // What a station says is asked of who runs it.
    const push = await fetch(`${served.url}/v1/sensors/ecowitt/KXXX`, {
      method: 'POST',
      body: new URLSearchParams({ dateutc: 'now', tempf: '50' }),
    });
    expect([push.status, await push.text()]).toEqual([
      400,
      expect.stringContaining('is metar KXXX, a station'),
    ]);
    // Nobody calibrates a weather code.
    expect(uncalibrated.map(({ variable }) => variable)).toContain('weather_code');
    // Told where the service logs, and to whoever looks inside.
    const told = ['open-meteo, Garden', 'met-norway, Garden', 'us-nws, Garden'];
    const isTold = (log: string) => told.every((one) => log.includes(one));
    expect(await eventually(() => Promise.resolve(served.logged()), isTold)).toSatisfy(isTold);
    const inside = JSON.stringify(await getJson(served, '/runtime'));
    for (const source of ['open-meteo', 'met-norway', 'us-nws'])
      expect(inside).toMatch(new RegExp(`"name":"${source}"[^}]*ECONNREFUSED`));
    expect(await served.stop()).toMatchObject({ exitCode: 0 });
  });
});

describe('sensors', () => {
  it('push by three protocols, and become hourly observations', async () => {
    const cwd = newFolder('sensors', 'http://127.0.0.1:9');
    const file = join(cwd, 'weatherglass.db');
    const names = ['ecowitt', 'wu', 'ha', 'other'];
    {
      await using store = await openStore(file);
      await store.write({
        places: placesOf(names.map((name, k) => [name, 47 + k, 8, 400] as const)),
        variables: ['temperature_2m', 'relative_humidity_2m'].map((one) => findVariable(one)),
      });
    }
    await using served = await startServe(file, cwd, '--log', 'debug');
    const hour = Math.floor((Date.now() - 11 * 60_000) / msPerHour) * msPerHour;
    const secret = 'Sesame-0123456789';
    const seconds = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
    const push = (place: string, time: number, celsius: number, humidity: number): Promise<Response> => {
      const fahrenheit = String(celsius * 1.8 + 32);
      const form = { dateutc: seconds(time), tempf: fahrenheit, humidity: String(humidity) };
      if (place === 'ecowitt')
        return fetch(`${served.url}/v1/sensors/ecowitt/${place}`, {
          method: 'POST',
          body: new URLSearchParams({ PASSKEY: secret, stationtype: 'x', ...form }),
        });
      if (place === 'wu')
        return fetch(
          `${served.url}/weatherstation/updateweatherstation.php?${new URLSearchParams({ ID: place, PASSWORD: secret, action: 'updateraw', ...form }).toString()}`,
        );
      const state = (variable: string, unit: string, value: number) => ({
        entity_id: `sensor.${variable}`,
        state: String(value),
        variable,
        attributes: { unit_of_measurement: unit },
        last_reported: new Date(time).toISOString(),
      });
      return fetch(`${served.url}/v1/sensors/home-assistant/${place}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([
          state('temperature_2m', '°C', celsius),
          state('relative_humidity_2m', '%', humidity),
        ]),
      });
    };
    // Around two full hours: half way between 10 and 12 °C.
    for (const place of names.slice(0, 3))
      for (const [minutes, celsius] of [
        [-65, 10],
        [-55, 12],
        [-5, 20],
        [5, 22],
      ]) {
        const reply = await push(place, hour + minutes * 60_000, celsius, 50);
        expect(reply.status, `${place} ${await reply.text()}`).toBe(200);
      }

    const refused = async (reply: Promise<Response>, status: number, words: string) => {
      const given = await reply;
      expect(given.headers.get('content-type')).toContain('application/problem+json');
      expect({ status: given.status, text: await given.text() }).toEqual({
        status,
        text: expect.stringContaining(words) as string,
      });
    };
    const { url } = served;
    const post = (path: string, type: string, body: string) =>
      fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body });
    const form = 'application/x-www-form-urlencoded';
    await refused(
      post('/v1/sensors/ecowitt/ecowitt', form, 'dateutc=now&tempf=warm'),
      422,
      'tempf must be a number',
    );
    await refused(post('/v1/sensors/ecowitt/ecowitt', form, 'tempf=50'), 422, 'dateutc is missing');
    await refused(
      post('/v1/sensors/ecowitt/ecowitt', form, `dateutc=${seconds(Date.now() + msPerDay)}&tempf=50`),
      422,
      'ahead',
    );
    const missing = await post('/v1/sensors/ecowitt/other', form, 'dateutc=now&tempf=-9999&humidity=');
    expect(await missing.json()).toEqual({ accepted: 0 });
    await refused(post('/v1/sensors/ecowitt/nowhere', form, 'dateutc=now&tempf=50'), 404, 'nowhere');
    await refused(
      post('/v1/sensors/home-assistant/ha', 'application/json', '{"state":"1"}'),
      422,
      'entity_id',
    );
    const unit = '{"entity_id":"sensor.t","state":"1","variable":"temperature_2m","attributes":{}}';
    await refused(
      post('/v1/sensors/home-assistant/ha', 'application/json', unit),
      422,
      'unit_of_measurement',
    );
    await refused(post('/v1/sensors/home-assistant/nowhere', 'application/json', '[]'), 404, 'nowhere');
    const wu = '/weatherstation/updateweatherstation.php';
    await refused(fetch(`${url}${wu}?ID=nowhere&PASSWORD=${secret}&dateutc=now&tempf=50`), 404, 'nowhere');
    await refused(fetch(`${url}${wu}?PASSWORD=${secret}&dateutc=now&tempf=50`), 422, 'ID is missing');
    await refused(
      fetch(`${url}${wu}?ID=wu&password=${secret}&dateutc=now&tempf=x`),
      422,
      'tempf must be a number',
    );

    // The loop turns when something else is pushed; readings alone wait for it.
    const poke = { place: 'other', variable: 'temperature_2m', valid_time: formatInstant(hour), value: 7 };
    const poked = await post('/v1/observations', 'application/json', JSON.stringify(poke));
    expect(poked.status, await poked.text()).toBeLessThan(300);
    await using store = await openStore(file, { readOnly: true });
    const observed = async () => {
      const found: string[] = [];
      for await (const block of store.observations({ places: names.slice(0, 3) }))
        block.validTime.forEach((time, row) =>
          found.push(
            [
              block.places[block.place[row]],
              block.variables[block.variable[row]],
              (time - hour) / msPerHour,
              Math.round(block.value[row] * 1e6) / 1e6,
              block.origins[block.origin[row]],
            ].join(' '),
          ),
        );
      return found.sort();
    };
    const wanted = ['ecowitt', 'wu', 'ha'].flatMap((place) => [
      `${place} temperature_2m -1 11 own sensor`,
      `${place} temperature_2m 0 21 own sensor`,
      `${place} relative_humidity_2m -1 50 own sensor`,
      `${place} relative_humidity_2m 0 50 own sensor`,
    ]);
    const got = await eventually(observed, (found) => found.length >= wanted.length);
    expect(got.filter((one) => !one.includes('dew_point'))).toEqual(wanted.sort());
    const { stdout, stderr } = await served.stop();
    expect(stderr).toContain('updateweatherstation.php');
    expect(stdout + stderr).not.toContain(secret);
  });
});

describe('quality', () => {
  it('what cannot be is flagged, leaves training, stays in verification, and is counted by skill', async () => {
    const file = join(folder, 'quality.db');
    const rows = simulatedHistory({ days: 100, places: 2, leads: [24], hours: [0] });
    const wrong = rows
      .filter(({ place, issued }) => place === 'Place 1' && issued >= firstDay + 80 * msPerDay)
      .slice(0, 3);
    {
      await using store = await openStore(file);
      await importRows(store, join(folder, 'pairs.csv'), pairsTable(rows));
      await importRows(store, join(folder, 'outcomes.csv'), outcomesTable(rows.slice(0, 0)));
      // Three revisions that a broken sensor sent.
      for (const one of wrong) await store.write({ observations: observation(one, 88, one.known + 1) });
    }
    const replayed = await weatherglass(['replay', '--store', file, '--threads', '1'], { cwd: folder });
    expect(replayed, replayed.stderr).toMatchObject({ exitCode: 0 });
    await using store = await openStore(file, { readOnly: true });
    const flagged: string[] = [];
    for await (const block of store.observations())
      block.flag.forEach((flag, row) => {
        if (flag !== '')
          flagged.push(`${block.value[row]} ${formatInstant(block.validTime[row])} ${flag.split(':')[0]}`);
      });
    expect(flagged).toEqual(wrong.map(({ valid }) => `88 ${formatInstant(valid)} range`));
    const skill = await weatherglass(['skill', '--store', file, '--by', 'place'], { cwd: folder });
    const line = (place: string) =>
      skill.stdout.split('\n').find((one) => one.startsWith(place) && one.includes('aggregate'))!;
    expect(line('Place 1')).toMatch(/ (\d+) \(3 flagged\) +\d+$/);
    const targetsAt = (place: string) => Number(/ (\d+)(?: \(3 flagged\))? +\d+$/.exec(line(place))![1]);
    // The other place has as many targets: those that are flagged are among them.
    expect(targetsAt('Place 1')).toBe(targetsAt('Place 2'));
  });
});
