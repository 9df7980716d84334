import type { StandardLaw } from './standard-law.ts';

const INV_SQRT_2PI = 0.3989422804014327;
const INV_SQRT_PI = 0.5641895835477563;
const SQRT_2 = Math.SQRT2;

/**
 * Mills' ratio over √(2π), for y ≥ 0: the upper tail of the standard normal law divided by exp(−y²/2).
 *
 * Rational approximations of Cody 1969 (doi 10.1090/S0025-5718-1969-0247736-4), relative error about 1e-16. Kept
 * apart from the exponential so that a caller who needs the density too pays for one exponential, not two.
 */
function scaledTail(y: number, exponential: number): number {
  if (y < 0.66291) {
    const s = y * y;
    const numerator =
      (((0.065682337918207449 * s + 2.2352520354606839) * s + 161.02823106855588) * s + 1067.6894854603709) *
        s +
      18154.981253343561;
    const denominator =
      (((s + 47.202581904688242) * s + 976.09855173777669) * s + 10260.932208618978) * s + 45507.78933502673;
    return (0.5 - (y * numerator) / denominator) / exponential;
  }
  if (y < 5.656854249492381) {
    const numerator =
      (((((((1.0765576773720192e-8 * y + 0.39894151208813467) * y + 8.8831497943883759) * y +
        93.506656132177856) *
        y +
        597.27027639480026) *
        y +
        2494.5375852903727) *
        y +
        6848.1904505362823) *
        y +
        11602.65143764735) *
        y +
      9842.714838383978;
    const denominator =
      (((((((y + 22.266688044328116) * y + 235.387901782625) * y + 1519.3775994075548) * y +
        6485.5582982667608) *
        y +
        18615.571640885098) *
        y +
        34900.952721145977) *
        y +
        38912.003286093271) *
        y +
      19685.429676859991;
    return numerator / denominator;
  }
  const s = 1 / (y * y);
  const numerator =
    ((((0.02307344176494017 * s + 0.215898534057957) * s + 0.12740116116024736) * s + 0.022235277870649807) *
      s +
      0.0014216191932278935) *
      s +
    2.9112874951168792e-5;
  const denominator =
    ((((s + 1.2842600961449112) * s + 0.46823821248086512) * s + 0.065988137868928552) * s +
      0.0037823963320275824) *
      s +
    7.2975155508396621e-5;
  return (INV_SQRT_2PI - (s * numerator) / denominator) / y;
}

/** Density of the standard normal law. */
export function normalPdf(z: number): number {
  return INV_SQRT_2PI * Math.exp(-0.5 * z * z);
}

/** P(Z ≤ z) of the standard normal law; small lower tails keep their relative accuracy. */
export function normalCdf(z: number): number {
  const y = Math.abs(z);
  const exponential = Math.exp(-0.5 * y * y);
  if (exponential === 0) return z < 0 ? 0 : 1;
  const tail = exponential * scaledTail(y, exponential);
  return z < 0 ? tail : 1 - tail;
}

/**
 * The z with P(Z ≤ z) = p; −∞ at 0, ∞ at 1, NaN outside [0, 1].
 *
 * Algorithm AS 241, PPND16 (Wichura 1988, doi 10.2307/2347330), relative error about 1e-16.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q *
        (((((((2509.0809287301227 * r + 33430.575583588128) * r + 67265.7709270087) * r +
          45921.953931549871) *
          r +
          13731.693765509461) *
          r +
          1971.5909503065514) *
          r +
          133.14166789178438) *
          r +
          3.3871328727963666)) /
      (((((((5226.495278852855 * r + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586596) *
        r +
        5394.1960214247511) *
        r +
        687.18700749205791) *
        r +
        42.313330701600911) *
        r +
        1)
    );
  }
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  const smaller = Math.min(p, 1 - p);
  if (smaller === 0) return q < 0 ? -Infinity : Infinity;
  let r = Math.sqrt(-Math.log(smaller));
  let z: number;
  if (r <= 5) {
    r -= 1.6;
    z =
      (((((((7.7454501427834141e-4 * r + 0.022723844989269184) * r + 0.24178072517745061) * r +
        1.2704582524523684) *
        r +
        3.6478483247632046) *
        r +
        5.7694972214606914) *
        r +
        4.6303378461565453) *
        r +
        1.4234371107496836) /
      (((((((1.0507500716444168e-9 * r + 5.475938084995345e-4) * r + 0.015198666563616457) * r +
        0.14810397642748007) *
        r +
        0.68976733498510001) *
        r +
        1.6763848301838038) *
        r +
        2.0531916266377588) *
        r +
        1);
  } else {
    r -= 5;
    z =
      (((((((2.0103343992922881e-7 * r + 2.7115555687434876e-5) * r + 0.0012426609473880784) * r +
        0.026532189526576123) *
        r +
        0.29656057182850489) *
        r +
        1.7848265399172913) *
        r +
        5.4637849111641144) *
        r +
        6.657904643501103) /
      (((((((2.0442631033899398e-15 * r + 1.4215117583164459e-7) * r + 1.8463183175100547e-5) * r +
        7.868691311456133e-4) *
        r +
        0.014875361290850615) *
        r +
        0.13692988092273581) *
        r +
        0.5998322065558879) *
        r +
        1);
  }
  return q < 0 ? -z : z;
}

/**
 * CRPS of the normal law, and its gradient: σ{z(2Φ(z) − 1) + 2φ(z) − 1/√π}, z = (y − μ)/σ.
 *
 * `gradient[0]` is set to ∂/∂μ = 1 − 2Φ(z), `gradient[1]` to ∂/∂σ = 2φ(z) − 1/√π. Written out beside the general
 * form in law.ts because fits of the normal law spend their time here.
 * Gneiting et al. 2005, doi 10.1175/MWR2904.1.
 */
export function normalCrps(y: number, mu: number, sigma: number, gradient: Float64Array): number {
  const z = (y - mu) / sigma;
  const size = Math.abs(z);
  const exponential = Math.exp(-0.5 * size * size);
  const tail = exponential === 0 ? 0 : exponential * scaledTail(size, exponential);
  const signed = z < 0 ? 2 * tail - 1 : 1 - 2 * tail;
  const spread = 2 * INV_SQRT_2PI * exponential - INV_SQRT_PI;
  gradient[0] = -signed;
  gradient[1] = spread;
  return sigma * (z * signed + spread);
}

/** The standard normal law, with the integrals that the CRPS of its bounded relatives is made of. */
export const standardNormal: StandardLaw = {
  name: 'normal',
  cdf: normalCdf,
  quantile: normalQuantile,
  logPdf: (z) => -0.5 * z * z - 0.9189385332046727,
  logPdfSlope: (z) => -z,
  pdf: normalPdf,
  logCdf: (z) => (z < 0 ? Math.log(lowerTail(z)) - 0.5 * z * z : Math.log1p(-normalCdf(-z))),
  logCdfSlope: hazard,
  integral: (z) => (z === -Infinity ? 0 : z * normalCdf(z) + normalPdf(z)),
  integralOfSquare(z) {
    if (z === -Infinity) return 0;
    const cdf = normalCdf(z);
    return z * cdf * cdf + 2 * cdf * normalPdf(z) - INV_SQRT_PI * normalCdf(SQRT_2 * z);
  },
  below(u) {
    const tail = lowerTail(u);
    /** Φ(z)/Φ(u) */
    const ratio = (z: number) =>
      z === -Infinity ? 0 : Math.exp(0.5 * (u - z) * (u + z)) * (lowerTail(z) / tail);
    // The integrals over Φ and Φ² are differences of numbers of the size of z; far out their expansions take over.
    return {
      cdf: ratio,
      pdf: (z) => ratio(z) * hazard(z),
      quantile(p) {
        // From the tail without its slow factor; log Φ is concave, so Newton's steps never leave the lower side.
        let z = -Math.sqrt(u * u - 2 * Math.log(p));
        for (let k = 0; k < 5; k++) z -= Math.log(ratio(z) / p) / hazard(z);
        return z;
      },
      integral(z) {
        if (z === -Infinity) return 0;
        const s = 1 / (z * z);
        return ratio(z) * (z < FAR ? -(1 - s * (2 - s * (10 - s * 74))) / z : z + hazard(z));
      },
      integralOfSquare(z) {
        if (z === -Infinity) return 0;
        const s = 1 / (z * z);
        const own = lowerTail(z);
        const share =
          z < FAR
            ? -(1 - s * (1.5 - s * (5.75 - s * 33.125))) / (2 * z)
            : z + 2 * hazard(z) - (INV_SQRT_PI * lowerTail(SQRT_2 * z)) / (own * own);
        return ratio(z) ** 2 * share;
      },
    };
  },
};

/** Left of this, four terms of an expansion in 1/z² have more digits than a difference. */
const FAR = -100;

/** Φ(z)·exp(z²/2) for z ≤ 0. */
function lowerTail(z: number): number {
  return scaledTail(-z, Math.exp(-0.5 * z * z));
}

/** φ(z)/Φ(z) */
function hazard(z: number): number {
  return z < 0 ? INV_SQRT_2PI / lowerTail(z) : normalPdf(z) / normalCdf(z);
}
