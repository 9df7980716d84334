import type { Settings } from './model.ts';
import type { Prior } from './regression-priors.ts';
import type { Problem } from './regression-problem.ts';

/**
 * About how the mean score curves in the coefficients, were the law right: per row w x xᵀ/σ² for the location and
 * w′ z zᵀ for the log scale, with the weights of the unbounded law. The optimiser's first guess, nothing more.
 */
export function expectedCurvature(
  problem: Problem,
  theta: Float64Array,
  { family, score }: Settings,
  unit: number,
  priors: readonly Prior[],
): Float64Array {
  const { x, z, logOffset, width, scaleWidth, spread } = problem;
  const rows = problem.y.length;
  const logistic = family.law.endsWith('logistic');
  // Expected second derivatives at scale 1: by location and by log scale.
  const [byLocation, byLogScale] =
    score === 'ml' ? (logistic ? [1 / 3, 1.43] : [1, 2]) : logistic ? [1 / 3, 0.35] : [0.564, 0.282];
  const n = width + scaleWidth;
  const curvature = new Float64Array(n * n);
  for (let i = 0, xi = 0, zi = 0; i < rows; i++, xi += width, zi += scaleWidth) {
    let linear = logOffset;
    for (let k = 0; k < scaleWidth; k++) linear += theta[width + k] * z[zi + k];
    const scale = spread === 'variance' ? Math.sqrt(linear) : Math.exp(linear);
    const size = score === 'ml' ? 1 : scale / unit;
    const locationWeight = (byLocation * size) / (scale * scale * rows);
    const slope = spread === 'variance' ? 1 / (2 * scale * scale) : 1;
    const scaleWeight = (byLogScale * size * slope * slope) / rows;
    for (let j = 0; j < width; j++)
      for (let k = 0; k <= j; k++) curvature[j * n + k] += locationWeight * x[xi + j] * x[xi + k];
    for (let j = 0; j < scaleWidth; j++)
      for (let k = 0; k <= j; k++)
        curvature[(width + j) * n + width + k] += scaleWeight * z[zi + j] * z[zi + k];
  }
  for (const { direction, weight } of priors)
    for (let j = 0; j < n; j++)
      for (let k = 0; k <= j; k++) curvature[j * n + k] += weight * direction[j] * direction[k];
  let trace = 0;
  for (let j = 0; j < n; j++) trace += curvature[j * n + j];
  for (let j = 0; j < n; j++) curvature[j * n + j] += (1e-6 * trace) / n;
  return curvature;
}
