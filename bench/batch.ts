import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ComputePool, openPool } from '../src/index.ts';
import type { Elsewhere } from '../src/models/elsewhere.ts';
import type { RegressionArtefact } from '../src/models/emos.ts';
import { settingsFor } from '../src/models/settings.ts';
import { encodeArtefact } from '../src/pipeline/artefact-codec.ts';
import { readBatch } from '../src/pipeline/batch-chunk.ts';
import { openBatchKernel, type RunNumbers } from '../src/pipeline/batch-kernel.ts';
import { predictMany } from '../src/pipeline/predict-many.ts';
import { packValues } from '../src/store/run-values.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { type Run, type Store, type StoredArtefact, trainedNote } from '../src/store/store.ts';
import { alternate, type Bench, type Effort, fullEffort, rowsFor } from './measure.ts';
import { gaussian } from './simulated.ts';
import { centres, placeName, placeNames, spreads, variables } from './simulated-store.ts';

const SOURCES = ['source_a', 'source_b', 'source_c', 'source_d'];
const HOURS = 168;
const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const issuedAt = Date.UTC(2026, 0, 1);
/** Places whose own outcomes trained, so that their stations are known. */
const STATIONS = 40;

const layout = {
  columns: ['model_1'],
  series: variables.map(({ name }) => ({
    variable: name,
    leads: Array.from({ length: HOURS }, (_, k) => k + 1),
  })),
};
const NUMBERS = variables.length * HOURS;

/** Where simulated places are: spread over some valleys and ridges. */
function spotOf(k: number): readonly [latitude: number, longitude: number, elevation: number] {
  return [45 + 3 * ((0.618 * k) % 1), 5 + 5 * ((0.755 * k) % 1), 2000 * ((0.57 * k) % 1)];
}

/** What every station expert says of places that are no stations: as much as there is to say. */
const elsewhere: Elsewhere = {
  widening: 0.5,
  transfer: {
    distanceKm: 100,
    heightM: 1000,
    nugget: 0.1,
    nearest: 12,
    stations: placeNames(STATIONS),
    locations: Float64Array.from(placeNames(STATIONS).flatMap((_, k) => spotOf(k))),
  },
};

/**
 * What experts might have learned: simulated coefficients, of a size that real ones have.
 *
 * @param transfers whether biases are transferred to all places that are no stations
 */
function simulatedArtefacts(transfers: boolean): StoredArtefact[] {
  const draw = gaussian('bench/batch artefacts');
  return variables.flatMap((variable, v) =>
    SOURCES.flatMap((source) =>
      layout.series[v].leads.flatMap((lead) =>
        (['emos', 'emos-station'] as const).map((model): StoredArtefact => {
          const { family, spread } = settingsFor(variable);
          const root = family.transform === 'sqrt';
          const scale = (root ? 0.4 : 0.2 * spreads[v]) * (1 + lead / HOURS);
          const artefact: RegressionArtefact = {
            model,
            version: 1,
            trainedOn: { rows: 1000, from: 0, until: issuedAt },
            coefficients: {
              locationTerms: ['one', 'mean'],
              location: [0.02 * spreads[v] * draw(), 0.95 + 0.01 * draw()],
              scaleTerms: ['one'],
              scale: [spread === 'variance' ? scale * scale : Math.log(scale)],
              spread,
              family,
              leastScaleTerms: [1],
              rows: 1000,
              meanScore: 1,
            },
            ...(model === 'emos-station' && {
              ...(transfers && { elsewhere }),
              stationBias: Object.fromEntries(
                Array.from({ length: STATIONS }, (_, k) => [placeName(k), 0.05 * spreads[v] * draw()]),
              ),
            }),
          };
          return {
            variable: variable.name,
            source,
            lead,
            model,
            trainedAt: issuedAt,
            data: encodeArtefact({ ...artefact, columns: layout.columns }),
          };
        }),
      ),
    ),
  );
}

/** A store with a run of every source for so many simulated places. */
async function fillStore(file: string, count: number, transfers = false): Promise<void> {
  await using store = await openStore(file);
  await store.write({
    variables,
    artefacts: simulatedArtefacts(transfers),
    notes: { [trainedNote]: String(issuedAt) },
  });
  const draw = gaussian('bench/batch runs');
  const drawn = Array.from({ length: 64 }, () => {
    const values = new Float64Array(NUMBERS);
    for (let k = 0; k < NUMBERS; k++) {
      const v = Math.floor(k / HOURS);
      const { lower, upper } = variables[v];
      const value = centres[v] + spreads[v] * draw();
      values[k] = Math.round(10 * Math.min(upper, Math.max(lower, value))) / 10;
    }
    return packValues(values);
  });
  for (let first = 0; first < count; first += 1000) {
    const names = Array.from({ length: Math.min(1000, count - first) }, (_, k) => placeName(first + k));
    await store.write({
      places: names.map((name, p) => {
        const [latitude, longitude, elevation] = spotOf(first + p);
        return { name, latitude, longitude, elevation, zone: 'UTC' };
      }),
      runs: names.flatMap((place, p) =>
        SOURCES.map((source, s): Run => {
          const values = drawn[(first + 7 * p + s) % drawn.length];
          return { place, source, issuedAt, knownAt: issuedAt, layout, values };
        }),
      ),
    });
  }
}

const options = { asOf: issuedAt, levels };

/** Seconds to predict for so many places of the store; all of it, from reading what was learned to the last quantile. */
async function predictAll(store: Store, count: number, pool: ComputePool): Promise<number> {
  const names = placeNames(count);
  const started = performance.now();
  const { predicted, failures } = await predictMany(store, names, options, pool, () => {});
  if (predicted !== count || failures.length > 0)
    throw new Error(`${predicted} of ${count} places were predicted, ${failures[0]?.message ?? ''}`);
  return (performance.now() - started) / 1000;
}

/** Measures places a second of the kernel alone, one thread, inputs in memory, into the same array again and again. */
async function kernelAlone(store: Store, count: number) {
  const { plans } = await readBatch(store, {
    variables: undefined,
    asOf: issuedAt,
    until: Infinity,
    levels: Float64Array.from(levels),
    mixing: [],
  });
  const places: { readonly name: string; readonly runs: readonly (Run | undefined)[] }[] = [];
  for (let k = 0; k < count; k++) {
    const runs: (Run | undefined)[] = [];
    for (const source of SOURCES) runs.push(await store.latestRun(placeName(k), source));
    places.push({ name: placeName(k), runs });
  }
  const numbers = places.map(({ runs }) => runs.map((run): RunNumbers | undefined => run?.values.stored));
  const kernel = openBatchKernel(levels.length);
  const out = new Float32Array(NUMBERS * levels.length);
  return (): number => {
    const started = performance.now();
    places.forEach(({ name, runs }, k) => {
      kernel.predict(plans.planOf(runs), numbers[k], name, out, 0);
    });
    return count / ((performance.now() - started) / 1000);
  };
}

/** Places a second of the kernel, of one thread of the pool, and of two; and of the kernel where biases are transferred. */
async function compare(
  store: Store,
  count: number,
  alone: () => number,
  transferring: () => number,
  rounds: number,
) {
  await using single = openPool(1);
  await using pair = openPool(2);
  return await alternate(
    {
      kernel: async () => alone(),
      transferring: async () => transferring(),
      one: async () => count / (await predictAll(store, count, single)),
      two: async () => count / (await predictAll(store, count, pair)),
    },
    rounds,
  );
}

/** Anonymous resident memory of this process, MB. */
function residentMb(): number {
  const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))!;
  return Number(kilobytes) / 1024;
}

/** The most memory in use while so many places are predicted for. */
async function peakMemory(store: Store, count: number, pool: ComputePool): Promise<number> {
  const names = placeNames(count);
  let peak = 0;
  await predictMany(store, names, options, pool, () => {
    peak = Math.max(peak, residentMb());
  });
  return peak;
}

/**
 * 4 sources x 168 h x 8 variables x 9 quantiles for many places, from stored runs to quantiles in memory.
 *
 * `kernelShare` holds one thread of the pool against the same computation with its inputs in memory and room for its
 * output; `speedup` two threads against one; `memoryGrowth` the peak of memory with all places against that with a
 * hundredth; `transferringByKernel` the kernel with every bias of every place transferred from stations against the kernel
 * without.
 */
export const batch: Bench = {
  name: 'batch',
  about: 'places a second through predictMany: 4 sources x 168 h x 8 variables x 9 quantiles',
  async run(effort: Effort) {
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    const count = rowsFor(effort, 100_000);
    const some = Math.max(1, count / 5);
    const few = Math.max(1, count / 100);
    try {
      const file = join(folder, 'batch.db');
      await fillStore(file, count);
      await using store = await openStore(file, { readOnly: true });
      const alone = await kernelAlone(store, Math.min(few, 1000));
      const other = join(folder, 'transferring.db');
      await fillStore(other, Math.min(few, 1000), true);
      await using transferringStore = await openStore(other, { readOnly: true });
      const transferring = await kernelAlone(transferringStore, Math.min(few, 1000));
      const rounds = effort === fullEffort ? 5 : 1;
      const speeds = await compare(store, some, alone, transferring, rounds);
      await using pool = openPool(2);
      const seconds = await predictAll(store, count, pool);
      let small = 0;
      for (let k = 0; k < 5; k++) small = Math.max(small, await peakMemory(store, few, pool));
      const large = await peakMemory(store, count, pool);
      return {
        figures: {
          locationsPerSecond: count / seconds,
          kernelShare: speeds.ratio('one', 'kernel'),
          speedup: speeds.ratio('two', 'one'),
          transferringByKernel: speeds.ratio('transferring', 'kernel'),
          memoryGrowth: large / small,
          memoryMb: large,
          oneThreadPerSecond: speeds.value('one'),
          twoThreadsPerSecond: speeds.value('two'),
        },
        peers: { kernelPerSecond: speeds.value('kernel') },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
