/** Leads that have coefficients of their own: between them coefficients change in a straight line. */
const MOST_KNOTS = 5;

/** Every lead where there are few, else five from the shortest to the longest, as many leads between any two; hours. */
export function knotsOf(leads: Float64Array): Float64Array {
  const distinct = Float64Array.from(new Set(leads)).sort();
  if (distinct.length <= MOST_KNOTS) return distinct;
  const last = MOST_KNOTS - 1;
  return Float64Array.from(
    { length: MOST_KNOTS },
    (_, k) => distinct[Math.round((k * (distinct.length - 1)) / last)],
  );
}

/** Where a lead lies: knot number `knot` has 1 − `share` of the say, the next one `share`. */
export interface BetweenKnots {
  readonly knot: number;
  readonly share: number;
}

/** Beyond the outermost knots the outermost has all the say. */
export function betweenKnots(knots: Float64Array, lead: number): BetweenKnots {
  let knot = knots.length - 1;
  while (knot > 0 && knots[knot] > lead) knot--;
  if (knot === knots.length - 1 || lead <= knots[knot]) return { knot, share: 0 };
  return { knot, share: (lead - knots[knot]) / (knots[knot + 1] - knots[knot]) };
}
