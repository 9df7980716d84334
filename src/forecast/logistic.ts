import type { StandardLaw } from './standard-law.ts';

/** log(1 + eᶻ), without overflow. */
function softplus(z: number): number {
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

/**
 * log(1 + eᶻ) − eᶻ/(1 + eᶻ), which is e²ᶻ/2 − … for very negative z.
 *
 * The series 2e^{2z}·Σ takes over where the difference would cancel.
 */
function softplusMinusCdf(z: number): number {
  if (z > -5) return softplus(z) - logisticCdf(z);
  const e = Math.exp(z);
  // log(1+e) − e/(1+e) = Σ_{k≥2} (−1)^k e^k (k − 1)/k
  return e * e * (1 / 2 - e * (2 / 3 - e * (3 / 4 - e * (4 / 5 - e * (5 / 6 - e * (6 / 7 - e * (7 / 8)))))));
}

function logisticCdf(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** The logistic law with location 0 and scale 1 (variance π²/3). */
export const standardLogistic: StandardLaw = {
  name: 'logistic',
  cdf: logisticCdf,
  pdf(z) {
    const e = Math.exp(-Math.abs(z));
    return e / ((1 + e) * (1 + e));
  },
  quantile: (p) => Math.log(p / (1 - p)),
  logPdf: (z) => -Math.abs(z) - 2 * Math.log1p(Math.exp(-Math.abs(z))),
  logPdfSlope: (z) => 1 - 2 * logisticCdf(z),
  logCdf: (z) => -softplus(-z),
  logCdfSlope: (z) => logisticCdf(-z),
  integral: softplus,
  integralOfSquare: softplusMinusCdf,
  below(u) {
    const atU = Math.exp(u);
    /** G(z)/G(u) */
    const ratio = (z: number) => Math.exp(z - u) * ((1 + atU) / (1 + Math.exp(z)));
    // Left of −36 both integrals are those of eᶻ to 16 digits.
    return {
      cdf: ratio,
      pdf: (z) => ratio(z) * logisticCdf(-z),
      quantile: (p) => u + Math.log(p) - Math.log1p((1 - p) * atU),
      integral: (z) => ratio(z) * (z < -36 ? 1 : softplus(z) / logisticCdf(z)),
      integralOfSquare: (z) => ratio(z) ** 2 * (z < -36 ? 0.5 : softplusMinusCdf(z) / logisticCdf(z) ** 2),
    };
  },
};
