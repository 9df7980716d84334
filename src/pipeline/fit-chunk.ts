import { plainLikelihood } from '../models/likelihood.ts';
import type { Artefact, Cases, Control, Settings } from '../models/model.ts';
import { findModel, fitOrSimpler } from '../models/registry.ts';
import { type Coefficients } from '../models/regression.ts';
import { trainingRows } from './backtest-plan.ts';
import { type Importance, importanceOf, type TermsByLead, termsByLead } from './fit-learned.ts';

/** Training rows that are answered at a time, to score the fit: between two lots it can be stopped. */
const SLICE = 256;

/** One set of rows to fit together. */
export interface FitChunk {
  readonly cases: Cases;
  readonly unit: Int32Array;
  readonly until: number;
  readonly model: string;
  readonly settings: Settings;
  readonly byPlace: boolean;
}

/** What a fit learned, in words and numbers that can be printed. */
export interface FitReport {
  readonly variable: string;
  readonly unit: string;
  /** Hours ahead; null where all leads are fitted together. */
  readonly lead: number | null;
  readonly place?: string;
  /** Model that was fitted; a simpler one than asked for where that could not be. */
  readonly model: string;
  /** Why more ambitious models could not be fitted. */
  readonly refusals: readonly string[];
  readonly law: string;
  readonly spread: 'variance' | 'log' | null;
  readonly score: 'crps' | 'ml';
  /** Rows used by the fit. */
  readonly rows: number;
  /** Coefficients by term on the fitted scale; null for a model that has none. */
  readonly parameters: Terms | null;
  /** Coefficients of a model of all leads; null for others. */
  readonly byLead: TermsByLead | null;
  /** What trees look at; null for a model without. */
  readonly importance: Importance | null;
  /** Of the coefficients, by the observed information; null unless the fit is by plain maximum likelihood. */
  readonly standardErrors: Terms | null;
  /** On the fitted scale; null for a model without a density. */
  readonly logLikelihood: number | null;
  /** Mean CRPS over the training rows, in the variable's unit. */
  readonly crps: number;
}

export interface Terms {
  readonly location: Readonly<Record<string, number>>;
  readonly scale: Readonly<Record<string, number>>;
}

/** Fits one set of rows and describes the result. */
export function runFitChunk(chunk: FitChunk, control: Control): FitReport {
  const { cases, settings } = chunk;
  const rows = trainingRows(chunk.unit, cases, chunk.until);
  const training = { cases, rows };
  const fitted = fitOrSimpler(findModel(chunk.model), training, settings, control);
  const { law } = fitted.model.predict(fitted.artefact, { cases, rows: rows.subarray(0, 1) });
  let sum = 0;
  let scored = 0;
  for (let from = 0; from < rows.length; from += SLICE) {
    const slice = rows.subarray(from, from + SLICE);
    const answers = fitted.model.predict(fitted.artefact, { cases, rows: slice });
    slice.forEach((row, i) => {
      control.checkpoint(from + i, rows.length);
      const crps = answers.crps(i, cases.outcome[row]);
      if (Number.isNaN(crps)) return;
      sum += crps;
      scored++;
    });
  }
  const coefficients = coefficientsOf(fitted.artefact);
  // The likelihood is that of the coefficients alone: a station's own bias is not in it.
  const likelihood =
    coefficients === undefined || 'stationBias' in fitted.artefact
      ? undefined
      : plainLikelihood(training, coefficients, settings);
  const place = chunk.byPlace && chunk.unit.length > 0 ? cases.places[cases.place[chunk.unit[0]]] : undefined;
  return {
    variable: cases.variable.name,
    unit: cases.variable.unit,
    lead: Number.isNaN(cases.lead) ? null : cases.lead,
    ...(place === undefined ? {} : { place }),
    model: fitted.model.name,
    refusals: fitted.refusals,
    law,
    spread: coefficients?.spread ?? null,
    score: settings.score,
    rows: coefficients?.rows ?? fitted.artefact.trainedOn.rows,
    parameters:
      coefficients === undefined ? null : byTerm(coefficients, coefficients.location, coefficients.scale),
    byLead: termsByLead(fitted.artefact) ?? null,
    importance: importanceOf(fitted.artefact) ?? null,
    standardErrors:
      coefficients === undefined || likelihood?.standardErrors === undefined
        ? null
        : byTerm(coefficients, likelihood.standardErrors.location, likelihood.standardErrors.scale),
    logLikelihood: likelihood?.logLikelihood ?? null,
    crps: sum / scored,
  };
}

function coefficientsOf(artefact: Artefact): Coefficients | undefined {
  // The coefficients within idr are those of its tails.
  return 'coefficients' in artefact && artefact.model !== 'idr'
    ? (artefact.coefficients as Coefficients)
    : undefined;
}

function byTerm(
  { locationTerms, scaleTerms }: Coefficients,
  location: readonly number[],
  scale: readonly number[],
): Terms {
  return {
    location: Object.fromEntries(locationTerms.map((term, j) => [term, location[j]])),
    scale: Object.fromEntries(scaleTerms.map((term, k) => [term, scale[k]])),
  };
}
