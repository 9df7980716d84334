import { WeatherglassError } from '../errors.ts';
import type { Distributions } from '../forecast/distributions.ts';
import { type Family, parametric } from '../forecast/parametric.ts';
import { LEAST_ROWS, learnRegion } from './learn-region.ts';
import { type Artefact, type Model, type Selection, trainedOn } from './model.ts';
import type { PlaceSums } from './place-sums.ts';
import { newcomerVariance, type Region, regionLaw, regionRows, rowLaw, type Said } from './region.ts';
import { learnStationBiases, type StationBiases, type ToldBias, toldBias } from './region-elsewhere.ts';

export interface RegionalArtefact extends Artefact {
  readonly region: Region;
  /** Left out where stations say nothing of other places. */
  readonly elsewhere?: StationBiases;
}

/**
 * One model for a region: every place, lead and source of a variable together, learned outcome by outcome.
 *
 * On the fitted scale the outcome is normal (or logistic, where the variable's law is) around
 *
 *   mean forecast + Σ β_k(lead) · term_k + b_place,   with variance exp(2 Σ γ_k(lead) · term_k + 2 c_place) + Var b_place
 *
 * The terms are the season, the other forecasts, the place's height, recent outcomes and errors, and what the same and the
 * earlier issue say. Their coefficients change with the lead in straight lines and follow from sums that each outcome
 * adds to (recursive least squares; for the spread one step of Fisher's scoring). b is a random effect: a place's mean
 * residual shrunk by how much is known of it against how much places differ; a place without outcomes has the bias that its
 * neighbours suggest, and the variance that this leaves. Everything a place or region has learned fades.
 *
 * Harville 1977, doi 10.1080/01621459.1977.10480998 (random effects); Ljung & Söderström 1983, Theory and practice of
 * recursive identification; Rasp & Lerch 2018, doi 10.1175/MWR-D-18-0187.1 (what predictors are worth).
 */
export const regional: Model<RegionalArtefact> = {
  name: 'regional',
  about:
    'one model of all places and leads, learned outcome by outcome: season, recent errors, run-to-run change, place',
  simpler: 'emos-station',
  usesRecent: true,
  usesContext: true,
  acrossLeads: true,
  isRecursive: true,
  fit(training, settings, control, earlier) {
    const { cases, rows } = training;
    if (rows.length < LEAST_ROWS)
      throw new WeatherglassError(
        'CannotFit',
        `${rows.length} outcomes are known; a region is learned from ${LEAST_ROWS}`,
      );
    const region = learnRegion(training, settings, control, earlier?.region);
    const elsewhere = learnStationBiases(
      cases.places,
      cases.locations,
      region.places,
      region.betweenNewcomers,
      control,
    );
    return {
      model: 'regional',
      version: 1,
      trainedOn: trainedOn(training),
      region,
      ...(elsewhere !== undefined && { elsewhere }),
    };
  },
  predict(artefact, targets) {
    return distributionsOf(artefact.region.family, regionalLaws(artefact, targets));
  },
};

/** Location and standard deviation of a region's laws; NaN where the forecast is missing. */
export function regionalLaws({ region, elsewhere }: RegionalArtefact, targets: Selection): Said {
  const { cases, rows } = targets;
  const columns = regionRows(region, targets);
  const location = new Float64Array(rows.length);
  const sd = new Float64Array(rows.length);
  const law = rowLaw();
  const told = new Map<number, ToldBias>();
  rows.forEach((row, i) => {
    const place = cases.place[row];
    const sums = sumsAt(region, cases.places[place]);
    regionLaw(region, columns, i, sums, cases.availableTime[row], law);
    let { bias, total } = law;
    // Who has recent outcomes of its own is no newcomer, though none of them was learned from.
    if (sums === undefined && !law.knowsRecent) {
      let here = told.get(place);
      if (here === undefined) told.set(place, (here = toldAt(elsewhere, cases.locations, place)));
      bias = here.bias;
      total = newcomerVariance(region, law.spread, columns.between[i].knot, here.unknown);
    }
    location[i] = columns.offset[i] + law.fixed + bias;
    sd[i] = Math.sqrt(total);
  });
  return { location, sd };
}

/** Distributions of what a region says. */
export function distributionsOf(family: Family, { location, sd }: Said): Distributions {
  // A logistic law of scale 1 has variance π²/3.
  const unit = family.law.endsWith('logistic') ? Math.sqrt(3) / Math.PI : 1;
  return parametric(
    family,
    location,
    sd.map((one) => unit * one),
  );
}

/** A place may be called __proto__ or toString. */
function sumsAt(region: Region, name: string): PlaceSums | undefined {
  return Object.hasOwn(region.places, name) ? region.places[name] : undefined;
}

function toldAt(
  elsewhere: StationBiases | undefined,
  locations: Float64Array | undefined,
  place: number,
): ToldBias {
  const [latitude = Number.NaN, longitude = Number.NaN, elevation = Number.NaN] =
    locations?.subarray(3 * place, 3 * place + 3) ?? [];
  return toldBias(elsewhere, latitude, longitude, elevation);
}
