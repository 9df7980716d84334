import { join } from 'node:path';
import type { ComputePool } from '../src/index.ts';
import { issue } from '../src/pipeline/issue.ts';
import { demoNote, demoTimeNote } from '../src/pipeline/present.ts';
import { train } from '../src/pipeline/train.ts';
import { verify } from '../src/pipeline/verify.ts';
import { packValues } from '../src/store/run-values.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { type Changes, type Run, type Store, type StoredArtefact, trainedNote } from '../src/store/store.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';
import { gaussian } from './simulated.ts';

/** What is asked for at each place, each with its own law. */
export const variables = [
  'temperature_2m',
  'dew_point_2m',
  'relative_humidity_2m',
  'pressure_msl',
  'wind_speed_10m',
  'wind_gusts_10m',
  'precipitation',
  'cloud_cover',
].map((name) => findVariable(name));
export const LEADS = 48;
/** Earlier issues that each place has: their errors are the recent ones. */
const EARLIER = 3;
/** Places and issues that the experts learn from; training is not timed. */
const TAUGHT = 40;
const LESSONS = 16;
const start = Date.UTC(2024, 0, 1);
/** When the newest runs of {@link addRuns} became known, and what a service of such a store takes for the present. */
export const present = start + (LESSONS + 4) * msPerDay;
const layout = {
  columns: ['model_a', 'model_b', 'model_c', 'model_d'],
  series: variables.map(({ name }) => ({
    variable: name,
    leads: Array.from({ length: LEADS }, (_, k) => k + 1),
  })),
};

/** A simulated value within the variable's bounds, to a tenth. */
function within(k: number, value: number): number {
  const { lower, upper } = variables[k];
  return Math.round(10 * Math.min(upper, Math.max(lower, value))) / 10;
}

/** About what the variables are, and how much they vary, in their units. */
export const centres = [10, 5, 70, 1013, 4, 8, 0.3, 50];
export const spreads = [6, 5, 15, 8, 2, 4, 1, 30];

export function placeName(k: number): string {
  return `simulated ${k}`;
}

export function placeNames(count: number): string[] {
  return Array.from({ length: count }, (_, k) => placeName(k));
}

/** Simulated runs of one issue, and what then happened at their valid times. */
export function simulatedIssue(day: number, names: readonly string[], draw: () => number): Changes {
  const issuedAt = start + day * msPerDay;
  const steps = variables.length * LEADS;
  const rows = names.length * steps;
  const value = new Float64Array(rows);
  const runs = names.map((place, p): Run => {
    const values = new Float64Array(steps * layout.columns.length);
    for (let step = 0; step < steps; step++) {
      const k = Math.floor(step / LEADS);
      const truth = centres[k] + spreads[k] * draw();
      value[p * steps + step] = within(k, truth + 0.3 * spreads[k] * draw());
      for (let c = 0; c < layout.columns.length; c++)
        values[step * layout.columns.length + c] = within(k, truth + 0.2 * spreads[k] * draw());
    }
    return { place, source: 'simulated', issuedAt, knownAt: issuedAt, layout, values: packValues(values) };
  });
  const column = (of: (step: number, p: number) => number) =>
    Array.from({ length: rows }, (_, row) => of(row % steps, Math.floor(row / steps)));
  const validTime = Float64Array.from(column((step) => issuedAt + ((step % LEADS) + 1) * msPerHour));
  return {
    runs,
    observations: {
      rows,
      places: names,
      variables: variables.map(({ name }) => name),
      origins: ['simulated'],
      place: Int32Array.from(column((_, p) => p)),
      variable: Int32Array.from(column((step) => Math.floor(step / LEADS))),
      origin: new Int32Array(rows),
      validTime,
      knownAt: validTime,
      value,
      flag: new Array<string>(rows).fill(''),
    },
  };
}

export async function addPlaces(store: Store, names: readonly string[]): Promise<void> {
  await store.write({
    variables,
    places: names.map((name) => ({ name, latitude: 47, longitude: 8, elevation: 500, zone: 'UTC' })),
  });
}

/** What the experts learned from a few places; every size of the bench is answered by the same. */
export async function teach(folder: string, pool: ComputePool): Promise<readonly StoredArtefact[]> {
  await using store = await openStore(join(folder, 'taught.db'));
  const draw = gaussian('bench/loop');
  const names = placeNames(TAUGHT);
  await addPlaces(store, names);
  for (let lesson = 0; lesson < LESSONS; lesson += 2) await store.write(simulatedIssue(lesson, names, draw));
  await train(store, { asOf: start + (LESSONS + 2) * msPerDay }, pool);
  return await store.artefacts();
}

/** Stores the newest run of each place and some earlier ones, with what happened since. */
export async function addRuns(store: Store, names: readonly string[]): Promise<void> {
  const draw = gaussian(`bench/runs ${names.length}`);
  for (let from = 0; from < names.length; from += 100) {
    const some = names.slice(from, from + 100);
    // Issues two days apart: what they say of the outcomes does not overlap.
    for (let k = EARLIER; k >= 0; k--) await store.write(simulatedIssue(LESSONS + 4 - 2 * k, some, draw));
  }
}

/**
 * A store of a service that has been running: places, runs, what the experts learned, and predictions.
 *
 * @param learned whether the newest training is new, so that none is due
 */
export async function writeServedStore(
  file: string,
  count: number,
  taught: readonly StoredArtefact[],
  learned: boolean,
  pool: ComputePool,
): Promise<readonly string[]> {
  const names = placeNames(count);
  await using store = await openStore(file);
  await addPlaces(store, names);
  await addRuns(store, names);
  await store.write({
    artefacts: taught,
    notes: {
      [demoNote]: 'simulated for a bench',
      [demoTimeNote]: String(present),
      ...(learned && { [trainedNote]: String(present) }),
    },
  });
  const after = present - msPerHour;
  await issue(store, { after, until: present, trainedUntil: present, mixing: [] }, pool);
  await verify(store, { asOf: present }, pool);
  return names;
}
