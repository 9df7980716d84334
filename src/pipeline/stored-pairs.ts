import { WeatherglassError } from '../errors.ts';
import { type Run, reducedNote, type Store } from '../store/store.ts';
import { observationColumns } from '../tables/observation-columns.ts';
import { firstAt } from '../weather/first-at.ts';
import type { Observations, Pairs, TablePlace } from '../weather/pairs.ts';
import { readOutcomes } from './outcomes.ts';
import { pairsOfRuns } from './run-pairs.ts';

/**
 * The forecasts of one source in the store beside their outcomes: the table that was imported, for a back-test. An
 * outcome that was revised is its latest version, known when that was.
 *
 * @param source the only one by default
 * @throws WeatherglassError NotFound: no such source, or none at all. Usage: several, and none chosen.
 */
export async function storedPairs(store: Store, source?: string): Promise<Pairs> {
  const sources = await store.sources();
  if (source === undefined && sources.length > 1)
    throw new WeatherglassError('Usage', `choose one source with --source: ${sources.join(', ')}`);
  const chosen = source ?? sources[0];
  if (chosen === undefined || !sources.includes(chosen))
    throw new WeatherglassError(
      'NotFound',
      `there is no source ${source ?? ''} of forecasts in ${store.location}; there are ${sources.join(', ') || 'none'}`,
    );
  const places = tablePlaces(await store.places());
  const variables = await store.variables();
  const { series, revisions } = await readOutcomes(
    store,
    { knownUntil: Infinity, flagged: true },
    places,
    variables,
  );
  for (const { place, variable, validTime, knownAt, value } of revisions) {
    const own = series.get(`${place} ${variable}`)!;
    const at = firstAt(own.validTime, validTime);
    own.value[at] = value;
    own.knownAt[at] = knownAt;
  }
  const runs: Run[] = [];
  for await (const block of store.runs({ sources: [chosen] })) for (const run of block) runs.push(run);
  const summarised = (await store.note(reducedNote)) !== undefined;
  return pairsOfRuns(runs, places, variables, series, new Map(), summarised);
}

/** Every version of every observation in the store, as a table. */
export async function storedObservations(store: Store): Promise<Observations> {
  const places = tablePlaces(await store.places());
  const variables = await store.variables();
  const columns = observationColumns();
  let rows = 0;
  for await (const block of store.observations()) {
    columns.reserve(rows + block.rows);
    const placeOf = block.places.map((name) => places.findIndex((one) => one.name === name));
    const variableOf = block.variables.map((name) => variables.findIndex((one) => one.name === name));
    for (let row = 0; row < block.rows; row++, rows++) {
      columns.place.values[rows] = placeOf[block.place[row]];
      columns.variable.values[rows] = variableOf[block.variable[row]];
      columns.validTime.values[rows] = block.validTime[row];
      columns.knownTime.values[rows] = block.knownAt[row];
      columns.value.values[rows] = block.value[row];
    }
  }
  return columns.first(rows, places, variables);
}

function tablePlaces(places: readonly TablePlace[]): TablePlace[] {
  return places.map(({ name, latitude, longitude, elevation }) => ({ name, latitude, longitude, elevation }));
}
