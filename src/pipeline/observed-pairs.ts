import type { Observations, Pairs } from '../weather/pairs.ts';
import { msPerHour } from '../weather/time.ts';

/**
 * Pairs without forecasts, for models that learn from observations alone.
 *
 * For every observation and lead there is a row issued `lead` hours before the observation was valid. After the last
 * observation of each place and variable come rows without an outcome, one a lead, issued at its valid time: what is
 * to be predicted. Where an observation was revised, its latest version is the outcome.
 *
 * @param leads hours ahead, ascending
 */
export function pairsOfObservations(observations: Observations, leads: readonly number[]): Pairs {
  const last = latestVersions(observations);
  const series = new Map<string, number>();
  for (const row of last) {
    const key = `${observations.place[row]} ${observations.variable[row]}`;
    const newest = series.get(key);
    if (newest === undefined || observations.validTime[row] > observations.validTime[newest])
      series.set(key, row);
  }
  const rows = (last.length + series.size) * leads.length;
  const shared = (bytes: number) => new SharedArrayBuffer(bytes * rows);
  const pairs = {
    rows,
    places: observations.places,
    variables: observations.variables,
    columns: [],
    members: 0,
    models: 0,
    predictors: 0,
    place: new Int32Array(shared(4)),
    variable: new Int32Array(shared(4)),
    initTime: new Float64Array(shared(8)),
    validTime: new Float64Array(shared(8)),
    lead: new Float32Array(shared(4)),
    availableTime: new Float64Array(shared(8)),
    outcomeKnownTime: new Float64Array(shared(8)),
    forecasts: new Float32Array(),
    observation: new Float64Array(shared(8)),
  } satisfies Pairs;
  let at = 0;
  const add = (from: number, lead: number, valid: number, known: number, outcome: number) => {
    pairs.place[at] = observations.place[from];
    pairs.variable[at] = observations.variable[from];
    pairs.initTime[at] = valid - lead * msPerHour;
    pairs.validTime[at] = valid;
    pairs.lead[at] = lead;
    pairs.availableTime[at] = valid - lead * msPerHour;
    pairs.outcomeKnownTime[at] = known;
    pairs.observation[at] = outcome;
    at++;
  };
  for (const lead of leads) {
    for (const row of last)
      add(row, lead, observations.validTime[row], observations.knownTime[row], observations.value[row]);
    for (const row of series.values()) {
      const valid = observations.validTime[row] + lead * msPerHour;
      add(row, lead, valid, valid, Number.NaN);
    }
  }
  return pairs;
}

/** The row of each observation's latest version. */
function latestVersions({ rows, place, variable, validTime, knownTime }: Observations): number[] {
  const order = Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) =>
      place[a] - place[b] ||
      variable[a] - variable[b] ||
      validTime[a] - validTime[b] ||
      knownTime[a] - knownTime[b],
  );
  return order.filter((row, k) => {
    const next = order[k + 1];
    return (
      next === undefined ||
      place[row] !== place[next] ||
      variable[row] !== variable[next] ||
      validTime[row] !== validTime[next]
    );
  });
}
