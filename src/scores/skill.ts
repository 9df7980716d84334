/**
 * How much better a score is than that of a reference: `1 − score / reference`.
 *
 * Both are negatively oriented (less is better) and averaged over the same targets. 1 is perfect, 0 no better than
 * the reference, negative worse. A reference of 0 cannot be improved on: NaN. NaN in, NaN out.
 *
 * Source: Murphy 1988, doi 10.1175/1520-0493(1988)116<2417:SSBOTM>2.0.CO;2.
 *
 * @example
 * skill(0.75, 1); // 0.25: a quarter better
 */
export function skill(score: number, reference: number): number {
  return reference === 0 ? Number.NaN : 1 - score / reference;
}
