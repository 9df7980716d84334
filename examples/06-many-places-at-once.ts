// Lesson 6: many places at once. What waits runs in tasks that end with their caller; what computes runs in threads; what
// fails for one place fails for it alone.

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  backtest,
  openPool,
  readPairs,
  retry,
  runningTasks,
  seededRandom,
  settleAll,
  systemClock,
  WeatherglassError,
} from '../src/index.ts';

// A simulated source on this machine: it needs a moment, refuses every third place at first, and does not know one of them.
const refused = new Set<string>();
const source = createServer((request, response) => {
  void sleep(5).then(() => {
    const place = request.url?.slice(1) ?? '';
    const refuses = /[0369]$/.test(place) && !refused.has(place);
    if (refuses) refused.add(place);
    response.statusCode = place === 'Atlantis' ? 404 : refuses ? 503 : 200;
    response.end(JSON.stringify({ place, temperature_2m: 10 }));
  });
});
await new Promise<void>((listening) => source.listen(0, '127.0.0.1', listening));
const address = source.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

/** One forecast of the simulated source. What the signal stops, stops. */
async function fetchForecast(place: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/${place}`, { signal });
  const body = await response.text();
  if (response.status === 503)
    throw new WeatherglassError('Unavailable', `no forecast for ${place} just now`);
  if (!response.ok) throw new WeatherglassError('NotFound', `the source does not know ${place}`);
  return body;
}

// One task a place, eight at a time; each try has a deadline, and what passes by itself is tried again after a pause. All
// results come back, failures as values, and by then nothing is left running.
const places = ['Atlantis', ...Array.from({ length: 39 }, (_, k) => `simulated-${k}`)];
const random = seededRandom('lesson 6');
const policy = {
  tries: 5,
  tryMs: 2000,
  pauseMs: 20,
  longestPauseMs: 200,
  longestRetryAfterMs: 1000,
  totalMs: 10_000,
};
const forecasts = settleAll(
  places,
  { name: 'fetch', concurrency: 8, about: (place) => place },
  (place, signal) =>
    retry(policy, { clock: systemClock, random, what: `asking for ${place}`, signal }, (trySignal) =>
      fetchForecast(place, trySignal),
    ),
);
console.log(
  `${runningTasks().length > 8 ? 'eight places and their group' : 'nothing'} can be looked at meanwhile`,
);
const settled = await forecasts;
settled.forEach((result, k) => {
  if ('error' in result) console.log(`${places[k]} failed: ${String(result.error)}`);
});
console.log(
  `${settled.filter((result) => 'value' in result).length} of ${places.length} places answered, ${refused.size} at the second try`,
);
console.log(`${runningTasks().length} tasks are left running`);
source.close();

// What computes would hold up everything that waits: it runs in threads, and can be stopped.
{
  await using pool = openPool(2);
  const { pairs } = await readPairs([new URL('simulated-garden.csv', import.meta.url).pathname]);
  const stop = new AbortController();
  const computed = backtest(pairs, { model: 'emos', window: { dates: 60 }, signal: stop.signal }, pool);
  let turns = 0;
  for (let done = false; !done; turns++) {
    done = await Promise.race([computed.then(() => true), sleep(1, false)]);
  }
  const { scores } = await computed;
  console.log(
    `emos: CRPS ${scores.crps.toFixed(2)} °C; meanwhile the event loop ${turns > 5 ? 'went on' : 'stood still'}`,
  );

  const another = backtest(pairs, { model: 'emos', window: { dates: 60 }, signal: stop.signal }, pool);
  stop.abort();
  console.log(await another.then(String, (error: Error) => `${error.name}: ${error.message}`));
}
