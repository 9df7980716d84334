/**
 * A symmetric law with location 0 and scale 1, and the integrals of its cdf G from which every CRPS here follows.
 *
 * All functions accept ±∞. By symmetry ∫_z^∞ (1 − G)² = integralOfSquare(−z), and likewise for the others.
 */
export interface StandardLaw extends LawIntegrals {
  readonly name: 'normal' | 'logistic';
  readonly logPdf: (z: number) => number;
  /** d log g / dz */
  readonly logPdfSlope: (z: number) => number;
  /** log G(z), also where G(z) underflows. */
  readonly logCdf: (z: number) => number;
  /** d log G / dz = g/G */
  readonly logCdfSlope: (z: number) => number;
  /** The law on condition of being ≤ u, for a finite u < 0 and arguments up to u, also where G(u) underflows. */
  readonly below: (u: number) => LawIntegrals;
}

/** What confining a law to an interval takes. */
export interface LawIntegrals {
  readonly cdf: (z: number) => number;
  readonly pdf: (z: number) => number;
  readonly quantile: (p: number) => number;
  /** ∫_{−∞}^z G(t) dt */
  readonly integral: (z: number) => number;
  /** ∫_{−∞}^z G(t)² dt */
  readonly integralOfSquare: (z: number) => number;
}
