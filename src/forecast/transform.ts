import type { Transform } from '../weather/variable.ts';

/** From the variable's unit to the scale a law is fitted on. What lies below 0 stays there, so that bounds still bite. */
export function forth(transform: Transform, x: number): number {
  if (transform === 'none') return x;
  return x < 0 ? -Math.sqrt(-x) : Math.sqrt(x);
}

/** From the fitted scale back to the variable's unit; the inverse of {@link forth}. */
export function back(transform: Transform, u: number): number {
  if (transform === 'none') return u;
  return u < 0 ? -u * u : u * u;
}
