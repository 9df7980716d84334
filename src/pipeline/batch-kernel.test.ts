import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { normalCdf } from '../forecast/normal.ts';
import { orderings } from '../forecast/orderings.ts';
import { parametric } from '../forecast/parametric.ts';
import { forth } from '../forecast/transform.ts';
import type { RegressionArtefact } from '../models/emos.ts';
import { emosStation, type StationArtefact } from '../models/emos-station.ts';
import { handMadeCases } from '../models/hand-made-cases.ts';
import { findModel } from '../models/registry.ts';
import { settingsFor } from '../models/settings.ts';
import { type Random, seededRandom } from '../scores/random.ts';
import { packValues, unpackValues } from '../store/run-values.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Layout, Run, Store } from '../store/store.ts';
import { bandOf, horizonHours, leadBands } from '../weather/lead-band.ts';
import { distanceKm } from '../weather/location.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { encodeArtefact, type LoopArtefact } from './artefact-codec.ts';
import { readBatch } from './batch-chunk.ts';
import { openBatchKernel } from './batch-kernel.ts';
import { batchExperts } from './batch-knowledge.ts';
import { expertName } from './experts.ts';
import { learnedFor } from './learned-lead.ts';
import { type Mixing, weightsFor } from './mixing.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-batch-kernel-'));
afterAll(() => rmSync(folder, { recursive: true }));

const levels = [0.1, 0.5, 0.9];
const places = ['A', '__proto__', 'toString', 'constructor', 'Nobody', 'Nowhere'];
/** Latitude, longitude, elevation; of the last no elevation is known. */
const locations = [
  [47, 8, 500],
  [47.05, 8, 500],
  [47, 8.5, 900],
  [46.2, 7.1, 2100],
  [47.02, 8.03, 480],
  [47.02, 8.03, Number.NaN],
];
const variables = [
  'temperature_2m',
  'dew_point_2m',
  'wind_speed_10m',
  'wind_gusts_10m',
  'precipitation',
  'cloud_cover',
].map((name) => findVariable(name));
/** Those of which no spread can be told. */
const singles = [['model_a'], ['model_a', 'x_1']];
const columnLists = [
  ...singles,
  ['member_1', 'member_2', 'member_3'],
  ['model_a', 'model_b', 'x_1'],
  ['member_1', 'model_a', 'model_b'],
];
const start = Date.UTC(2026, 0, 1);

type Learned = LoopArtefact & RegressionArtefact;
interface World {
  readonly sources: readonly string[];
  readonly runs: readonly Run[];
  /** By variable, source, lead and model. */
  readonly learned: ReadonlyMap<string, Learned>;
  readonly mixing: readonly Mixing[];
  readonly asOf: number;
  readonly until: number;
}

const keyOf = (...words: readonly (string | number)[]) => words.join('|');

/** What an expert might have learned; a coefficient is 0 now and then, as that of a column that did not vary. */
function coefficientsOf(
  variable: Variable,
  columns: readonly string[],
  random: Random,
): RegressionArtefact['coefficients'] {
  const { family, spread } = settingsFor(variable);
  const weighted = random() < 0.5;
  const count = (kind: string) => columns.filter((column) => column.startsWith(kind)).length;
  const raw = weighted ? columns.filter((column) => !column.startsWith('x_')) : ['mean'];
  const own = columns.filter((column) => column.startsWith('x_'));
  const hasSpread = count('member_') > 1 || count('model_') > 1;
  const sometimes = (value: number) => (random() < 0.15 ? 0 : value);
  return {
    locationTerms: ['one', ...raw, ...own],
    location: [
      random() - 0.5,
      ...raw.map(() => sometimes((0.5 + random()) / raw.length)),
      ...own.map(() => sometimes(0.1)),
    ],
    scaleTerms: ['one', ...(hasSpread ? [spread === 'log' ? 'log_sd' : 'variance'] : [])],
    scale: [0.2 + random(), ...(hasSpread ? [sometimes(0.5 * random())] : [])],
    spread,
    family,
    leastScaleTerms: [1, spread === 'log' ? -2 : 0.3],
    rows: 100,
    meanScore: 1,
  };
}

/** Biases of some stations, and now and then, as of version 2, what they say of places elsewhere. */
function peculiarities(random: Random): Pick<StationArtefact, 'stationBias' | 'elsewhere'> {
  const stations = [...places.keys()].filter((k) => k < 4 && random() < 0.8);
  const stationBias = Object.fromEntries(stations.map((k) => [places[k], random() - 0.5]));
  if (random() < 0.3) return { stationBias };
  const widening = 2 * random();
  if (random() < 0.2) return { stationBias, elsewhere: { widening } };
  const transfer = {
    distanceKm: random() < 0.5 ? 30 : 100,
    heightM: 1000,
    nugget: 0.1,
    nearest: random() < 0.9 ? 2 : 12,
    stations: stations.map((k) => places[k]),
    locations: Float64Array.from(stations.flatMap((k) => locations[k])),
  };
  return { stationBias, elsewhere: { widening, transfer } };
}

/**
 * Places, sources, runs and experts as they may come.
 *
 * @param tidy whether all sources have one model, every lead and no gaps, and every lead was learned
 */
function simulatedWorld(seed: string, tidy: boolean): World {
  const random = seededRandom(seed);
  const chance = (p: number) => !tidy && random() < p;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const sources = ['first', 'second', 'third'].slice(0, 1 + Math.floor(3 * random()));
  const asOf = start + 12 * msPerHour;
  const learned = new Map<string, Learned>();
  const runs: Run[] = [];
  for (const source of sources) {
    const columns = pick(tidy ? singles : columnLists);
    const leads = [1, 6, 12, 13, 30, 36.25, 47, 72.5, 380, 384, 390].filter(() => !chance(0.2));
    const common: Layout = {
      columns: chance(0.2) ? [...columns, 'x_9'] : columns,
      series: variables.filter(() => !chance(0.15)).map(({ name }) => ({ variable: name, leads })),
    };
    // Issued alike but for some places, in zones like India's among others.
    const usual = start + pick([0, 6, 3.5, 12]) * msPerHour;
    for (const place of places) {
      if (chance(0.1)) continue;
      const issuedAt = chance(0.2) ? start + 5.5 * msPerHour : usual;
      const layout = chance(0.2) ? { ...common, series: common.series.toReversed() } : common;
      const size = layout.columns.length * layout.series.length * leads.length;
      const values = Float64Array.from({ length: size }, () =>
        chance(0.04) ? Number.NaN : Math.round(100 * random()) / 10,
      );
      const run = { place, source, issuedAt, knownAt: issuedAt, layout, values: packValues(values) };
      runs.push(run, { ...run, issuedAt: asOf + 1, knownAt: asOf + 1 });
      runs.push({ ...run, issuedAt: issuedAt - 24 * msPerHour });
    }
    for (const variable of variables)
      for (const lead of leads)
        for (const model of batchExperts) {
          if (chance(0.1)) continue;
          // It may have been learned when the forecasts had another column.
          const own = chance(0.05) ? [...columns, 'x_gone'] : columns;
          const artefact: Learned = {
            model,
            version: 1,
            trainedOn: { rows: 100, from: 0, until: start },
            coefficients: coefficientsOf(variable, own, random),
            columns: own,
            ...(model === 'emos-station' && peculiarities(random)),
          };
          learned.set(keyOf(variable.name, source, lead, model), artefact);
        }
  }
  const mixing = variables.slice(1).map(({ name }): Mixing => {
    // The last source is too new to be known.
    const experts = [
      'climatology',
      ...sources
        .slice(0, 2)
        .flatMap((source) => batchExperts.map((model) => expertName(model, source, sources))),
    ];
    const bands = leadBands
      .filter(() => !chance(0.2))
      .map((band) => {
        // Some have next to nothing left of their weight.
        const weights = Float64Array.from(experts, () => (chance(0.1) ? Math.exp(-700) : random()));
        return { band, weights, recalibration: new Float64Array(21) };
      });
    return { variable: name, experts, bands };
  });
  return { sources, runs, learned, mixing, asOf, until: start + (random() < 0.3 ? 40 : 500) * msPerHour };
}

async function storeOf({ runs, learned }: World, name: string): Promise<Store> {
  const store = await openStore(join(folder, `${name}.db`));
  await store.write({
    variables,
    places: places.map((place, k) => {
      const [latitude, longitude, elevation] = locations[k];
      return { name: place, latitude, longitude, elevation, zone: 'Asia/Kolkata' };
    }),
    runs,
    artefacts: [...learned].map(([key, artefact]) => {
      const [variable, source, lead, model] = key.split('|');
      return {
        variable,
        source,
        lead: Number(lead),
        model,
        trainedAt: start,
        data: encodeArtefact(artefact),
      };
    }),
  });
  return store;
}

/** Location and scale of an expert: those of a normal law, to whose model the forecasts are given on the fitted scale. */
function lawOf(artefact: Learned, place: string, numbers: readonly number[], variable: Variable) {
  const { columns, coefficients } = artefact;
  const { transform } = coefficients.family;
  const forecasts = numbers.map((x, k) => (columns[k].startsWith('x_') ? x : forth(transform, x)));
  const cases = handMadeCases({
    size: 1,
    variable,
    places: [place],
    locations: Float64Array.from(locations[places.indexOf(place)]),
    columns,
    forecasts: Float64Array.from(forecasts),
  });
  const family = { law: 'normal', transform: 'none', lower: -Infinity, upper: Infinity } as const;
  const plain = { ...artefact, coefficients: { ...coefficients, family } };
  const law = findModel(artefact.model).predict(plain, { cases, rows: Int32Array.of(0) });
  const location = law.quantile(0, 0.5);
  return { location, scale: law.quantile(0, normalCdf(1)) - location };
}

/** What a batch should say about a place: quantiles by variable and valid time. */
function reference(
  { sources, learned, mixing, asOf, until }: World,
  place: string,
  runs: readonly (Run | undefined)[],
) {
  const answers = new Map<string, { readonly runTime: number; readonly quantiles: number[] }>();
  for (const variable of variables) {
    const targets = new Map<number, { readonly run: Run; readonly lead: number; readonly step: number }[]>();
    const forecasting: string[] = [];
    for (const run of runs) {
      if (run === undefined) continue;
      let step = 0;
      for (const series of run.layout.series)
        for (const lead of series.leads) {
          const validTime = run.issuedAt + lead * msPerHour;
          if (series.variable === variable.name) {
            if (!forecasting.includes(run.source)) forecasting.push(run.source);
            if (validTime > asOf && validTime <= until && lead <= horizonHours)
              targets.set(validTime, [...(targets.get(validTime) ?? []), { run, lead, step }]);
          }
          step++;
        }
    }
    const names = forecasting.flatMap((source) =>
      batchExperts.map((model) => expertName(model, source, sources)),
    );
    const learnedAt = (source: string, model: string, lead: number) =>
      learnedFor(
        [...learned]
          .map(([key, artefact]) => ({ key: key.split('|'), artefact }))
          .filter(({ key }) => key[0] === variable.name && key[1] === source && key[3] === model)
          .map(({ key, artefact }) => ({ lead: Number(key[2]), rows: artefact.trainedOn.rows, artefact }))
          .sort((a, b) => a.lead - b.lead),
        lead,
      )?.artefact;
    for (const [validTime, all] of targets) {
      const heard = all.filter(({ run, lead }) =>
        batchExperts.some((model) => learnedAt(run.source, model, lead) !== undefined),
      );
      const inputs = heard.length > 0 ? heard : all;
      const runTime = Math.max(...inputs.map(({ run }) => run.issuedAt));
      const band = bandOf((validTime - runTime) / msPerHour);
      const { weights } = weightsFor(
        mixing.find((one) => one.variable === variable.name),
        band,
        names,
      );
      let [location, scale, total] = [0, 0, 0];
      for (const { run, lead, step } of inputs)
        for (const model of batchExperts) {
          const artefact = learnedAt(run.source, model, lead);
          if (artefact === undefined) continue;
          const width = run.layout.columns.length;
          const row = new Float64Array(width);
          unpackValues(run.values, step * width, (step + 1) * width, row, 0);
          const numbers = artefact.columns.map(
            (column) => row[run.layout.columns.indexOf(column)] ?? Number.NaN,
          );
          if (numbers.some(Number.isNaN)) continue;
          const weight = weights[names.indexOf(expertName(model, run.source, sources))];
          const law = lawOf(artefact, place, numbers, variable);
          location += weight * law.location;
          scale += weight * law.scale;
          total += weight;
        }
      const mixed = parametric(
        settingsFor(variable).family,
        Float64Array.of(location / total),
        Float64Array.of(scale / total),
      );
      answers.set(keyOf(variable.name, validTime), {
        runTime,
        quantiles: levels.map((level) => (total > 0 ? mixed.quantile(0, level) : Number.NaN)),
      });
    }
  }
  for (const { below, above, moves } of orderings)
    for (const [key, low] of answers) {
      const [name, validTime] = key.split('|');
      const high = answers.get(keyOf(above, validTime));
      if (name !== below || high === undefined) continue;
      levels.forEach((_, k) => {
        if (!(low.quantiles[k] > high.quantiles[k])) return;
        const meet = moves === 'below' ? high.quantiles[k] : (low.quantiles[k] + high.quantiles[k]) / 2;
        low.quantiles[k] = meet;
        high.quantiles[k] = meet;
      });
    }
  return answers;
}

const near = (exact: number) =>
  Number.isNaN(exact)
    ? exact
    : (expect.closeTo(exact, 5 - Math.ceil(Math.log10(1 + Math.abs(exact)))) as number);

const seen = { fast: 0, careful: 0, silent: 0, halves: 0, stations: 0, elsewhere: 0, moved: 0 };

describe.each([
  ['tidy', true, 6],
  ['untidy', false, 24],
] as const)('%s worlds', (kind, tidy, count) => {
  test.each(Array.from({ length: count }, (_, k) => `${kind} ${k}`))(
    '%s: as the models say',
    async (seed) => {
      const world = simulatedWorld(seed, tidy);
      await using store = await storeOf(world, seed);
      const query = { variables: undefined, levels: Float64Array.from(levels), ...world };
      const { known, plans } = await readBatch(store, query);
      expect(known.sources).toEqual(
        world.sources.filter((source) => world.runs.some((run) => run.source === source)),
      );
      const kernel = openBatchKernel(levels.length);
      for (const place of places) {
        const runs: (Run | undefined)[] = [];
        for (const source of known.sources) runs.push(await store.latestRun(place, source, world.asOf));
        const plan = plans.planOf(runs);
        const out = new Float32Array(plan.rows * levels.length + 1).fill(-7);
        const numbers = runs.map((run) => run?.values.stored);
        const moved = kernel.predict(plan, numbers, place, out, 1);
        for (const changed of Object.values(moved)) seen.moved += changed?.quantiles ?? 0;
        expect(out[0]).toBe(-7);

        const expected = reference(world, place, runs);
        let row = 0;
        for (const { variable, validTimes, runTimes, complete } of plan.variables) {
          expect([...validTimes]).toEqual([...validTimes].sort((a, b) => a - b));
          validTimes.forEach((validTime, t) => {
            const key = keyOf(variable.name, validTime);
            const answer = expected.get(key);
            expect(answer?.runTime, key).toBe(runTimes[t]);
            expected.delete(key);
            const quantiles = [...out.subarray(1 + row * levels.length, 1 + (row + 1) * levels.length)];
            expect(quantiles, `${place} ${key}`).toEqual(answer!.quantiles.map(near));
            if (Number.isNaN(quantiles[0])) seen.silent++;
            if (validTime % msPerHour !== 0) seen.halves++;
            row++;
          });
          if (complete === undefined) seen.careful++;
          else seen.fast++;
        }
        // What is not in the plan, no expert can answer.
        for (const { quantiles } of expected.values())
          expect(quantiles).toEqual(levels.map(() => Number.NaN));
        if (known.stations.has(place)) seen.stations++;
        else if (plan.variables.some(({ biases }) => biases.elsewhere !== undefined)) seen.elsewhere++;

        const careful = {
          ...plan,
          variables: plan.variables.map((one) => ({ ...one, complete: undefined })),
        };
        const again = new Float32Array(out.length);
        kernel.predict(careful, numbers, place, again, 1);
        expect([...again.subarray(1)]).toEqual([...out.subarray(1)].map(near));
      }
    },
  );
});

test('the worlds had everything in them', () => {
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
});

describe('by hand', () => {
  const [temperature] = variables;
  const layout: Layout = { columns: ['model_a'], series: [{ variable: 'temperature_2m', leads: [6, 12] }] };
  const expert = (constant: number, sd: number, model = 'emos'): Learned => ({
    model,
    version: 1,
    trainedOn: { rows: 100, from: 0, until: start },
    columns: ['model_a'],
    coefficients: {
      ...coefficientsOf(temperature, ['model_a'], seededRandom('by hand')),
      locationTerms: ['one', 'mean'],
      location: [constant, 1],
      scaleTerms: ['one'],
      scale: [sd * sd],
    },
  });
  const runOf = (source: string, values: readonly number[], issuedAt = start): Run => ({
    place: 'A',
    source,
    issuedAt,
    knownAt: start,
    layout,
    values: packValues(Float64Array.from(values)),
  });
  async function predicted(name: string, learned: [string, Learned][], runs: Run[], mixing: Mixing[] = []) {
    const world = { sources: [], runs, learned: new Map(learned), mixing, asOf: start, until: Infinity };
    await using store = await storeOf(world, name);
    const { known, plans } = await readBatch(store, {
      variables: undefined,
      levels: Float64Array.of(0.5, normalCdf(1)),
      ...world,
    });
    const latest: (Run | undefined)[] = [];
    for (const source of known.sources) latest.push(await store.latestRun('A', source, start));
    const plan = plans.planOf(latest);
    const out = new Float32Array(2 * plan.rows);
    openBatchKernel(2).predict(
      plan,
      latest.map((run) => run?.values.stored),
      'A',
      out,
      0,
    );
    return [...out].map((value) => Math.round(1e4 * value) / 1e4);
  }
  const locationOf = (k: number) => {
    const [latitude, longitude, elevation] = locations[k];
    return { latitude, longitude, elevation };
  };
  const of = (source: string, lead: number, learned: Learned): [string, Learned] => [
    keyOf('temperature_2m', source, lead, learned.model),
    learned,
  ];

  test('two sources in halves; where one is missing, the other alone', async () => {
    const learned = [6, 12].flatMap((lead) => [of('a', lead, expert(1, 1)), of('b', lead, expert(-1, 3))]);
    // (10 + 1 + 14 − 1)/2 = 12 with a scale of (1 + 3)/2; then 20 + 1 with a scale of 1.
    const runs = [runOf('a', [10, 20]), runOf('b', [14, Number.NaN])];
    expect(await predicted('two sources', learned, runs)).toEqual([12, 14, 21, 22]);
  });

  test('weights are those of the newest run’s band', async () => {
    const learned = [6, 12].flatMap((lead) => [of('a', lead, expert(0, 1)), of('b', lead, expert(0, 1))]);
    const bands = [6, 12].map((band) => ({
      band,
      recalibration: new Float64Array(21),
      weights: Float64Array.from(band === 6 ? [0.75, 0.25] : [0.25, 0.75]),
    }));
    const mixing = [{ variable: 'temperature_2m', experts: ['emos', 'emos@b'], bands }];
    // The run of b is six hours older: its 12 hours end with the 6 of a, where a counts three times as much.
    const runs = [runOf('a', [10, 20]), runOf('b', [0, 14], start - 6 * msPerHour)];
    expect(await predicted('bands', learned, runs, mixing)).toEqual([11, 12, 20, 21]);
  });

  test('a station adds its bias with the weight of who knows it', async () => {
    const station: StationArtefact & LoopArtefact = {
      ...expert(0, 1, emosStation.name),
      stationBias: { A: 2 },
    };
    const learned = [of('a', 6, expert(0, 1)), of('a', 6, station), of('a', 12, station)];
    expect(await predicted('station', learned, [runOf('a', [10, 20])])).toEqual([11, 12, 22, 23]);
  });

  test('elsewhere a station adds as much as is transferred, and widens by what is not known', async () => {
    const station: StationArtefact & LoopArtefact = {
      ...expert(0, 1, emosStation.name),
      version: 2,
      stationBias: { toString: 2.2 },
      elsewhere: {
        widening: 3,
        transfer: {
          distanceKm: distanceKm(locationOf(0), locationOf(2)) / Math.log(2),
          heightM: 400 / Math.sqrt(Math.log(2)),
          nugget: 0.1,
          nearest: 12,
          stations: ['toString'],
          locations: Float64Array.from(locations[2]),
        },
      },
    };
    const learned = [of('a', 6, expert(0, 1)), of('a', 6, station), of('a', 12, station)];
    // Half as alike by distance and half by height: a quarter of 2.2. Of the variance, 1 − 0.25²/1.1 is not known.
    const wider = Math.sqrt(1 + 3 * (1 - 0.0625 / 1.1));
    const rounded = (value: number) => Math.round(1e4 * value) / 1e4;
    expect(await predicted('elsewhere', learned, [runOf('a', [10, 20])])).toEqual([
      10.275,
      rounded(10.275 + (1 + wider) / 2),
      20.55,
      rounded(20.55 + wider),
    ]);
  });

  test('an expert of another family, from long ago, does not answer', async () => {
    const old = expert(5, 1, emosStation.name);
    const family = { law: 'logistic', transform: 'none', lower: -Infinity, upper: Infinity } as const;
    const other = { ...old, coefficients: { ...old.coefficients, family } };
    const learned = [of('a', 6, expert(0, 1)), of('a', 6, other)];
    expect(await predicted('families', learned, [runOf('a', [10, 20])])).toEqual([
      10,
      11,
      Number.NaN,
      Number.NaN,
    ]);
  });
});
