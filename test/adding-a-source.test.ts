import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectForecasts } from '../src/collect/collect-forecasts.ts';
import { newProgress } from '../src/collect/collect-progress.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { openClient } from '../src/sources/client.ts';
import type { Credit } from '../src/sources/credits.ts';
import type { ForecastSource } from '../src/sources/source.ts';
import type { SourceSettings, Sources } from '../src/sources/sources.ts';
import { unpackValues } from '../src/store/run-values.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { msPerHour } from '../src/weather/time.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/adding-a-source.md'), 'utf8');

/** The page's fenced block that begins so. */
function block(language: string, comment = ''): string {
  const start = `\n\`\`\`${language}\n${comment}`;
  const from = page.indexOf(start) + start.length;
  if (from < start.length) throw new Error(`the page has no block of ${language} ${comment}`);
  return page.slice(from, page.indexOf('\n```', from) + 1);
}

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-source-'));
const sources = join(folder, 'src/sources');

/** Adds text to a file behind words that stand in it once. */
function insert(name: string, after: string, text: string): void {
  const parts = readFileSync(join(sources, name), 'utf8').split(after);
  expect(parts, `${name} has once: ${after}`).toHaveLength(2);
  writeFileSync(join(sources, name), parts.join(`${after}${text}`));
}

/** A reader's checkout: ours, but for the file that the page adds and the lines that it inserts. */
beforeAll(() => {
  mkdirSync(sources, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const name of ['package.json', 'biome.json']) cpSync(join(root, name), join(folder, name));
  for (const name of readdirSync(join(root, 'src')))
    if (name !== 'sources') symlinkSync(join(root, 'src', name), join(folder, 'src', name));
  for (const name of readdirSync(join(root, 'src/sources'))) {
    // A linked file would import its neighbours of the checkout itself.
    const put = /^(?:credits|sources)\.ts$/.test(name) ? cpSync : symlinkSync;
    put(join(root, 'src/sources', name), join(sources, name));
  }
  writeFileSync(join(sources, 'example-weather.ts'), block('ts', '// src/sources/example-weather.ts\n'));
  insert('sources.ts', 'Record<string, MakeSources>> = {\n', block('ts', '// src/sources/sources.ts\n'));
  insert(
    'sources.ts',
    // Imports are sorted.
    "from './bright-sky-stations.ts';\n",
    "import { exampleWeather } from './example-weather.ts';\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the source on the page is accepted by the compiler and the formatter', async () => {
  const files = ['example-weather.ts', 'sources.ts'].map((name) => join('src/sources', name));
  const config = readFileSync(join(root, 'tsconfig.json'), 'utf8');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    config.replace(/"include": .*/, `"files": ${JSON.stringify(files)}`),
  );
  const run = (tool: string, ...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [join(root, 'node_modules/.bin', tool), ...args], { cwd: folder });
  await run('tsc', '-p', folder);
  await run('biome', 'check', '--vcs-enabled=false', ...files);
});

test('it is collected from through the real client, and kept with its times, units, gaps and credit', async () => {
  const { openSources } = (await import(join(sources, 'sources.ts'))) as {
    openSources: (names: readonly string[], settings: SourceSettings) => Sources;
  };
  const { creditsFor } = (await import(join(sources, 'credits.ts'))) as {
    creditsFor: (names: Iterable<string>) => readonly Credit[];
  };
  const { exampleWeather } = (await import(join(sources, 'example-weather.ts'))) as {
    exampleWeather: (settings: { readonly url: string }) => ForecastSource;
  };
  const noUrls = {};
  const [listed] = openSources(['example-weather'], { openMeteo: {}, ...noUrls }).forecasts;
  expect(creditsFor(listed.names)).toMatchObject([{ attribution: listed.provider.attribution }]);

  // The reply that the page shows, made by hand.
  let reply = block('json');
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(200, { 'content-type': 'application/json' }).end(reply);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const source = exampleWeather({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });

  let now = Date.UTC(2026, 2, 1, 6, 40);
  await using client = openClient({
    clock: { ...systemClock, now: () => now },
    random: Math.random,
    folder: join(folder, 'cache'),
    version: '0',
    contact: 'me@example.org',
    atOnce: 2,
  });
  const garden = {
    name: 'Garden',
    latitude: 52.48765,
    longitude: 13.4,
    elevation: 40,
    zone: 'Europe/Berlin',
  };
  await using store = await openStore(join(folder, 'garden.db'), { create: true });
  await store.write({ places: [garden] });
  const collection = {
    places: [garden],
    variables: ['temperature_2m', 'precipitation'],
    hours: 48,
    signal: new AbortController().signal,
    progress: newProgress(),
  };
  const collect = () => collectForecasts(store, source, collection, { ask: client.ask, now: () => now });

  expect(await collect()).toMatchObject({ requests: 1, runs: 1, failures: [] });
  expect(asked[0].url).toBe('/v1/hourly?lat=52.488&lon=13.4');
  expect(asked[0].headers['user-agent']).toContain('me@example.org');
  const run = (await store.latestRun('Garden', 'example-weather'))!;
  expect([run.issuedAt, run.knownAt]).toEqual([Date.UTC(2026, 2, 1, 6), now]);
  expect(run.layout).toEqual({
    columns: ['model_example'],
    series: [
      { variable: 'temperature_2m', leads: [1, 2] },
      { variable: 'precipitation', leads: [1, 2] },
    ],
  });
  const values = new Float64Array(4);
  unpackValues(run.values, 0, 4, values, 0);
  // 44.6 °F is 7 °C; null is missing, and so is what is not there at all.
  expect([...values].map((value) => Number(value.toFixed(9)))).toEqual([7, NaN, 0.2, NaN]);

  // Not due before three hours are over; then a reply that is not understood is refused as the page says.
  expect(await collect()).toMatchObject({ requests: 0 });
  now += 3 * msPerHour;
  reply = reply.replace('44.6', '"mild"');
  const { runs, failures } = await collect();
  expect([runs, failures.length]).toEqual([0, 1]);
  expect(page).toContain(`\n${failures[0].error.message}\n`);
  server.closeAllConnections();
  server.close();
});
