import type { Distributions } from '../src/forecast/distributions.ts';
import { parametric } from '../src/forecast/parametric.ts';
import { emos } from '../src/models/emos.ts';
import { emosStation, type StationArtefact } from '../src/models/emos-station.ts';
import type { Selection } from '../src/models/model.ts';
import { type RegionalArtefact, regional } from '../src/models/regional.ts';
import { regressionLaws } from '../src/models/regression.ts';
import { settingsFor } from '../src/models/settings.ts';
import {
  nothingSkipped,
  planGroup,
  trainingRows,
  trainingRowsOf,
  type Window,
} from '../src/pipeline/backtest-plan.ts';
import { groupCases } from '../src/pipeline/case-groups.ts';
import { distanceKm } from '../src/weather/location.ts';
import type { Pairs, TablePlace } from '../src/weather/pairs.ts';

/** Upper ends of the bands of distances to the nearest station that trains, km. */
export const distanceBands = [2, 5, 10, 25, 50, Infinity] as const;

/**
 * What a held-out station is told: by the regional model; by EMOS of the region; by emos-station without any transfer, as if it were a station
 * of bias 0; with the bias of the nearest station at face value; with what the stations around it say.
 */
export const heldOutContenders = ['regional', 'emos', 'biasless', 'faceValue', 'transferred'] as const;
export type HeldOutContender = (typeof heldOutContenders)[number];

/** Means over some targets. */
export interface HeldOutScores {
  readonly targets: number;
  readonly crps: Readonly<Record<HeldOutContender, number>>;
  /** Shares of outcomes within the central 80 % and 90 %. */
  readonly coverage80: Readonly<Record<HeldOutContender, number>>;
  readonly coverage90: Readonly<Record<HeldOutContender, number>>;
}

export interface HeldOutResult {
  readonly all: HeldOutScores;
  /** In the order of {@link distanceBands}. */
  readonly byDistance: readonly HeldOutScores[];
  /** Share of the fits that accepted a transfer. */
  readonly accepted: number;
}

/** Every third station by name: their outcomes never train. */
export function heldOutPlaces(places: readonly TablePlace[]): ReadonlySet<number> {
  const byName = [...places.keys()].sort((a, b) => (places[a].name < places[b].name ? -1 : 1));
  return new Set(byName.filter((_, k) => k % 3 === 0));
}

/** Predicts the stations that are held out from all others, as of each time of a back-test, and scores that. */
export function scoreHeldOut(pairs: Pairs, window: Window): HeldOutResult {
  const heldOut = heldOutPlaces(pairs.places);
  const bands = distanceBands.map(() => openScores());
  let fits = 0;
  let accepted = 0;
  const { groups, tableRows } = groupCases(pairs);
  const askRegion = openRegion(pairs, heldOut);
  for (const [group, cases] of groups.entries()) {
    const period = { from: -Infinity, until: Infinity };
    const plan = planGroup(cases, window, period, 'all', nothingSkipped());
    const targetsOf = Map.groupBy(
      cases.place.keys().filter((row) => plan.fitOf[row] >= 0 && heldOut.has(cases.place[row])),
      (row) => plan.fitOf[row],
    );
    for (const [fit, targets] of targetsOf) {
      const rows = trainingRowsOf(plan, plan.units[0], cases, fit);
      const training = { cases, rows: rows.filter((row) => !heldOut.has(cases.place[row])) };
      const asked = { cases, rows: Int32Array.from(targets) };
      const region = askRegion(
        plan.asOf[fit],
        targets.map((row) => tableRows[group][row]),
      );
      const { others, nearestKm, transfers } = answersOf(training, asked, pairs.places);
      fits++;
      if (transfers) accepted++;
      targets.forEach((row, i) => {
        const band = distanceBands.findIndex((limit) => nearestKm[i] <= limit);
        bands[band].add({ regional: region, ...others }, i, cases.outcome[row]);
      });
    }
  }
  const all = openScores();
  for (const band of bands) all.addAll(band);
  return {
    all: all.finish(),
    byDistance: bands.map((band) => band.finish()),
    accepted: accepted / fits,
  };
}

/**
 * Opens the regional model of all stations but those held out: their outcomes are taken out of the table, so that recent ones
 * of theirs are not known either. It is asked about rows of the table of one variable, as of a time.
 */
function openRegion(pairs: Pairs, heldOut: ReadonlySet<number>) {
  const observation = pairs.observation.map((value, row) =>
    heldOut.has(pairs.place[row]) ? Number.NaN : value,
  );
  const { groups, tableRows } = groupCases({ ...pairs, observation }, regional);
  const caseOf = tableRows.map((rows) => new Map(Array.from(rows, (row, k) => [row, k])));
  const fits = groups.map(() => new Map<number, RegionalArtefact>());
  return (asOf: number, asked: readonly number[]): Distributions => {
    const group = caseOf.findIndex((known) => known.has(asked[0]));
    const cases = groups[group];
    let artefact = fits[group].get(asOf);
    if (artefact === undefined) {
      const before = Math.max(...fits[group].keys().filter((time) => time < asOf));
      const everything = Int32Array.from({ length: cases.size }, (_, row) => row);
      const training = { cases, rows: trainingRows(everything, cases, asOf) };
      artefact = regional.fit(training, settingsFor(cases.variable), control, fits[group].get(before));
      fits[group].set(asOf, artefact);
    }
    const rows = Int32Array.from(asked, (row) => caseOf[group].get(row)!);
    return regional.predict(artefact, { cases, rows });
  };
}

const control = { checkpoint() {} };

type Answers = Readonly<Record<HeldOutContender, Distributions>>;

function answersOf(training: Selection, asked: Selection, places: readonly TablePlace[]) {
  const { cases, rows } = asked;
  const settings = settingsFor(cases.variable);
  const region = emos.fit(training, settings, control);
  const station = emosStation.fit(training, settings, control);
  const nearest = nearestOf(station, asked, places);
  const biased = (biasAt: (row: number) => number): Distributions => {
    const { location, scale } = regressionLaws(
      station.coefficients,
      asked,
      Float64Array.from(rows, (row) => biasAt(cases.place[row])),
    );
    return parametric(station.coefficients.family, location, scale);
  };
  const others: Omit<Answers, 'regional'> = {
    emos: emos.predict(region, asked),
    biasless: biased(() => 0),
    faceValue: biased((place) => station.stationBias[nearest.get(place)!.name]),
    transferred: emosStation.predict(station, asked),
  };
  return {
    others,
    nearestKm: Float64Array.from(rows, (row) => nearest.get(cases.place[row])!.km),
    transfers: station.elsewhere?.transfer !== undefined,
  };
}

function nearestOf(
  { stationBias }: StationArtefact,
  { cases, rows }: Selection,
  places: readonly TablePlace[],
) {
  const stations = places.filter(({ name }) => Object.hasOwn(stationBias, name));
  const nearest = new Map<number, { readonly name: string; readonly km: number }>();
  for (const place of new Set(Array.from(rows, (row) => cases.place[row])))
    nearest.set(
      place,
      stations
        .map((station) => ({ name: station.name, km: distanceKm(station, places[place]) }))
        .reduce((best, one) => (one.km < best.km ? one : best)),
    );
  return nearest;
}

const nothing = (): Record<HeldOutContender, number> => ({
  regional: 0,
  emos: 0,
  biasless: 0,
  faceValue: 0,
  transferred: 0,
});

function openScores() {
  let targets = 0;
  const sums = {
    crps: nothing(),
    coverage80: nothing(),
    coverage90: nothing(),
  };
  const measures = ['crps', 'coverage80', 'coverage90'] as const;
  const means = (measure: (typeof measures)[number]) =>
    Object.fromEntries(heldOutContenders.map((name) => [name, sums[measure][name] / targets])) as Record<
      HeldOutContender,
      number
    >;
  return {
    counts: () => ({ targets, sums }),
    add(laws: Answers, i: number, outcome: number) {
      targets++;
      for (const name of heldOutContenders) {
        sums.crps[name] += laws[name].crps(i, outcome);
        const rank = laws[name].cdf(i, outcome);
        if (rank > 0.1 && rank < 0.9) sums.coverage80[name]++;
        if (rank > 0.05 && rank < 0.95) sums.coverage90[name]++;
      }
    },
    addAll(other: { readonly counts: () => { readonly targets: number; readonly sums: typeof sums } }) {
      const more = other.counts();
      targets += more.targets;
      for (const measure of measures)
        for (const name of heldOutContenders) sums[measure][name] += more.sums[measure][name];
    },
    finish: (): HeldOutScores => ({
      targets,
      crps: means('crps'),
      coverage80: means('coverage80'),
      coverage90: means('coverage90'),
    }),
  };
}
