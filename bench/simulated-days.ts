import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectDue } from '../src/collect/collect.ts';
import { readProgress } from '../src/collect/collect-progress.ts';
import { wantTraining } from '../src/collect/collect-round.ts';
import { fillPast } from '../src/collect/fill.ts';
import { followPlace, noStations } from '../src/collect/follow-place.ts';
import { acceptObservations } from '../src/pipeline/accept-observations.ts';
import { jobsUrl } from '../src/pipeline/jobs-url.ts';
import { step } from '../src/pipeline/loop.ts';
import { type Clock, systemClock } from '../src/runtime/clock.ts';
import { openComputePool } from '../src/runtime/compute-pool.ts';
import { openClient } from '../src/sources/client.ts';
import { openSources } from '../src/sources/sources.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Store } from '../src/store/store.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { startSimulatedProviders } from '../test/simulated-providers.ts';
import { bestCrps, dressedCrps, sdInstrument } from '../test/simulated-weather.ts';
import { type Bench, fullEffort } from './measure.ts';

const temperature = 'temperature_2m';
const model = 'icon_global';
const start = Date.UTC(2026, 2, 1);
/** Hours ahead that are collected, and those of them that are looked at: what has a reading in time to learn from. */
const HOURS = 30;
/** Days of readings and past forecasts that the places begin with. */
const PAST_DAYS = 20;

interface Period {
  readonly name: string;
  readonly targets: number;
  readonly crps: number;
  readonly dressed: number;
  /** What the process allows: knowing all but the fast error, and knowing the mean error alone. */
  readonly best: number;
  readonly known: number;
  readonly coverage80: number;
}

/**
 * From nothing to two months of service, in simulated time: places are followed, their past is filled in, and each six hours
 * what is due is collected over HTTP from a simulated provider, scored, learned from and predicted. The weather is a known
 * process, so that it is known what a forecast could gain.
 */
export const simulatedDays: Bench = {
  name: 'simulated-days',
  about:
    'init, back-fill and 60 days of collect, predict and verify over HTTP, of a simulated weather whose best scores are known',
  async run(effort) {
    const full = effort === fullEffort;
    const [days, places] = full ? [60, 24] : [2, 1];
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    try {
      const periods = await live(folder, days, places, full ? 15 : 2);
      if (full) console.error(describe(periods));
      const [first] = periods;
      const last = periods.at(-1)!;
      const targets = periods.reduce((sum, one) => sum + one.targets, 0);
      return {
        figures: {
          // Ratios of errors, for a skill may be less than 0.
          firstCrpsToDressed: first.crps / first.dressed,
          lastCrpsToDressed: last.crps / last.dressed,
          // The same against what dressing by the known process would give, which knows each place's mean error.
          firstCrpsToKnown: first.crps / first.known,
          lastCrpsToKnown: last.crps / last.known,
          coverage80: periods.reduce((sum, one) => sum + one.coverage80 * one.targets, 0) / targets,
        },
        peers: { bestCrpsToKnown: last.best / last.known },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function live(
  folder: string,
  days: number,
  count: number,
  periodDays: number,
): Promise<readonly Period[]> {
  let now = start;
  // Its timers are real: only what time it is, is simulated.
  const clock: Clock = { ...systemClock, now: () => now };
  await using providers = await startSimulatedProviders({ seed: 'simulated days', now: () => now });
  await using client = openClient({
    clock,
    random: Math.random,
    folder: join(folder, 'cache'),
    version: 'bench',
    contact: 'bench@example.org',
    atOnce: 4,
  });
  const sources = openSources(['open-meteo'], {
    openMeteo: { models: [model], url: `${providers.url}/open-meteo` },
  });
  const tools = { ask: client.ask, now: () => now };
  const { signal } = new AbortController();
  await using store = await openStore(join(folder, 'days.db'));
  await using pool = openComputePool(jobsUrl, { threads: 2 });
  const names = Array.from({ length: count }, (_, k) => `Place ${k}`);
  const sensors = names.map((name, k) => {
    const location = { latitude: 40 + 0.6 * k, longitude: 2 + 0.9 * k, elevation: 400 };
    return { place: { name, ...location, zone: 'UTC' }, sensor: providers.weather.at(location) };
  });
  for (const { place } of sensors)
    await followPlace(store, place, {
      truth: 'own',
      pastDays: PAST_DAYS,
      found: noStations,
      hasReanalysis: false,
      now,
    });
  const observe = async (from: number, until: number) => {
    const hours = Array.from(
      { length: Math.round((until - from) / msPerHour) },
      (_, k) => from + (k + 1) * msPerHour,
    );
    const reported = sensors.flatMap(({ place, sensor }) =>
      hours.map((time) => ({
        place: place.name,
        variable: temperature,
        validTime: time,
        value: Math.round(10 * sensor.reading(time).temperature) / 10,
      })),
    );
    await store.write(await acceptObservations(store, reported, { now, origin: 'simulated sensor' }));
  };

  const progress = await readProgress(store);
  const options = { variables: [temperature], tools, signal };
  await collectDue(store, sources, { ...options, hours: HOURS, progress });
  for (let day = PAST_DAYS; day > 0; day--)
    await observe(start - day * msPerDay, start - (day - 1) * msPerDay);
  await fillPast(store, sources, { ...options, mayAsk: () => true });
  const turn = async () => {
    await collectDue(store, sources, { ...options, hours: HOURS, progress });
    await wantTraining(store, now);
    await step(store, { asOf: now }, pool);
  };
  await turn();
  for (let hour = 6; hour <= 24 * days; hour += 6) {
    now = start + hour * msPerHour;
    await observe(now - 6 * msPerHour, now);
    await turn();
  }
  return await Promise.all(
    Array.from({ length: Math.ceil(days / periodDays) }, (_, k) =>
      periodOf(
        store,
        start + k * periodDays * msPerDay,
        start + Math.min(days, (k + 1) * periodDays) * msPerDay,
      ),
    ),
  );
}

/** How good what was served for some days was, and how good it could have been. */
async function periodOf(store: Store, from: number, until: number): Promise<Period> {
  const outcomes = new Map<string, number>();
  for await (const block of store.observations({
    variables: [temperature],
    validFrom: from,
    validUntil: until,
  }))
    for (let row = 0; row < block.rows; row++)
      outcomes.set(`${block.places[block.place[row]]} ${block.validTime[row]}`, block.value[row]);
  const sum = { targets: 0, crps: 0, dressed: 0, best: 0, known: 0, inside: 0 };
  for await (const block of store.predictions({ variables: [temperature] }))
    for (const { place, validTimes, runTimes, contenders, levels, quantiles } of block) {
      const at = (i: number, contender: string) =>
        (i * contenders.length + contenders.indexOf(contender)) * levels.length;
      validTimes.forEach((time, i) => {
        const outcome = outcomes.get(`${place} ${time}`);
        const lead = (time - runTimes[i]) / msPerHour;
        if (outcome === undefined || !contenders.includes('dressed')) return;
        const own = quantiles.subarray(at(i, 'aggregate'), at(i, 'aggregate') + levels.length);
        const dressed = quantiles.subarray(at(i, 'dressed'), at(i, 'dressed') + levels.length);
        if (Number.isNaN(own[0]) || Number.isNaN(dressed[0])) return;
        sum.targets++;
        sum.crps += crpsOf(own, levels, outcome);
        sum.dressed += crpsOf(dressed, levels, outcome);
        sum.best += bestCrps(lead, sdInstrument);
        sum.known += dressedCrps(lead, sdInstrument);
        if (outcome >= own[levels.indexOf(0.1)] && outcome <= own[levels.indexOf(0.9)]) sum.inside++;
      });
    }
  const day = (time: number) => Math.round((time - start) / msPerDay);
  return {
    name: `days ${day(from) + 1} to ${day(until)}`,
    targets: sum.targets,
    crps: sum.crps / sum.targets,
    dressed: sum.dressed / sum.targets,
    best: sum.best / sum.targets,
    known: sum.known / sum.targets,
    coverage80: sum.inside / sum.targets,
  };
}

/** CRPS from quantiles: twice the pinball loss over the levels, each counting for the levels nearest to it. */
function crpsOf(quantiles: Float32Array, levels: readonly number[], outcome: number): number {
  let sum = 0;
  levels.forEach((level, k) => {
    const before = k === 0 ? 0 : (levels[k - 1] + level) / 2;
    const after = k === levels.length - 1 ? 1 : (level + levels[k + 1]) / 2;
    const miss = outcome - quantiles[k];
    sum += 2 * (after - before) * (miss >= 0 ? level * miss : (level - 1) * miss);
  });
  return sum;
}

function describe(periods: readonly Period[]): string {
  const rows = periods.map(
    ({ name, targets, crps, dressed, best, known, coverage80 }) =>
      `${name}: ${targets} values, CRPS ${crps.toFixed(4)}, dressed ${dressed.toFixed(4)}, skill ${(100 * (1 - crps / dressed)).toFixed(1)} %; by the process dressed ${known.toFixed(4)}, best ${best.toFixed(4)}: skill ${(100 * (1 - crps / known)).toFixed(1)} % of at most ${(100 * (1 - best / known)).toFixed(1)} %, ${(100 * coverage80).toFixed(1)} % inside the 80 % interval`,
  );
  return rows.join('\n');
}
