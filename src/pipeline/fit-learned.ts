import type { GrownArtefact } from '../models/grown.ts';
import type { Artefact } from '../models/model.ts';
import type { Region } from '../models/region.ts';
import type { RegionalArtefact } from '../models/regional.ts';
import type { Boosted } from '../trees/boost.ts';
import type { Forest } from '../trees/forest.ts';

/** Coefficients of a regional model on the fitted scale: those of leads in between follow in straight lines. */
export interface TermsByLead {
  /** Hours, ascending. */
  readonly leads: readonly number[];
  /** By term, one for each lead; those of `scale` are of its logarithm. */
  readonly location: Readonly<Record<string, readonly number[]>>;
  readonly scale: Readonly<Record<string, readonly number[]>>;
}

/** By what trees answer with, shares of what their splits gained by feature, the greatest first; they add up to 1. */
export type Importance = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a regional model has learned by lead; undefined for other models. */
export function termsByLead(artefact: Artefact): TermsByLead | undefined {
  if (!('region' in artefact)) return undefined;
  const { region } = artefact as RegionalArtefact;
  const { formula, knots, coefficients, scaleCoefficients } = region;
  const byTerm = (terms: Region['formula']['location'], values: Float64Array) =>
    Object.fromEntries(
      terms.map((term, k) => [term, Array.from(knots, (_, knot) => values[knot * terms.length + k])]),
    );
  return {
    leads: [...knots],
    location: byTerm(formula.location, coefficients),
    scale: byTerm(formula.scale, scaleCoefficients),
  };
}

/** What trees look at; undefined for a model without. */
export function importanceOf(artefact: Artefact): Importance | undefined {
  if (!('grown' in artefact)) return undefined;
  const { features, grown } = artefact as GrownArtefact<Boosted | Forest>;
  const named = (gains: Float64Array) => {
    const total = gains.reduce((sum, gain) => sum + gain, 0);
    const shares = features.names.map((name, k): [string, number] => [name, gains[k] / total]);
    return Object.fromEntries(shares.filter(([, share]) => share > 0).sort((a, b) => b[1] - a[1]));
  };
  if ('members' in grown) return { outcome: named(grown.importance) };
  const [location, scale] = grown.importance;
  return { location: named(location), scale: named(scale) };
}
