import { solvePositiveDefinite } from './least-squares.ts';

/** Value of a function at `x`; sets `gradient`, which has the length of `x`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the largest entry of the projected gradient fell below the tolerance. */
  readonly converged: boolean;
}

export interface MinimiseOptions {
  /** Least allowed value of each variable; -Infinity for none. */
  readonly lower?: Float64Array;
  /** Largest entry of the projected gradient that counts as zero. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /**
   * An estimate of the second derivatives, n x n, row by row, positive definite (its lower triangle is read). A good
   * one, such as the expected information of a likelihood, spares most of the iterations.
   */
  readonly curvature?: Float64Array;
}

const MEMORY = 8;
const SUFFICIENT_DECREASE = 1e-4;

/**
 * Local minimum of a smooth function with lower bounds: limited-memory BFGS on the free variables.
 *
 * A variable is held while it sits on its bound and the gradient pushes it outwards; steps are projected on the
 * bounds and shortened until the value falls enough (Armijo). Two-loop recursion of Nocedal 1980
 * (doi 10.1090/S0025-5718-1980-0572855-7); projection as in Bertsekas 1982 (doi 10.1137/0320018).
 * Meant for tens of variables of comparable size. A start where the value is not finite is returned as it is.
 */
export function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions = {}): Minimum {
  const { tolerance = 1e-6, maxIterations = 200, curvature } = options;
  const n = start.length;
  const lower = options.lower ?? new Float64Array(n).fill(-Infinity);
  let x = start.map((value, i) => Math.max(value, lower[i]));
  let gradient = new Float64Array(n);
  let value = objective(x, gradient);
  let nextX = new Float64Array(n);
  let nextGradient = new Float64Array(n);
  const direction = new Float64Array(n);
  const held = new Uint8Array(n);
  const pairs: { s: Float64Array; y: Float64Array }[] = [];

  for (let iteration = 0; ; iteration++) {
    let steepest = 0;
    for (let i = 0; i < n; i++) {
      const now = x[i] <= lower[i] && gradient[i] > 0 ? 1 : 0;
      // What was remembered of steps with other variables free would mislead those that are free now.
      if (now !== held[i]) pairs.length = 0;
      held[i] = now;
      if (held[i] === 0) steepest = Math.max(steepest, Math.abs(gradient[i]));
    }
    const converged = steepest <= tolerance && Number.isFinite(value);
    if (converged || iteration === maxIterations || !Number.isFinite(value))
      return { x, value, iterations: iteration, converged };

    quasiNewtonDirection(gradient, held, pairs, direction, curvature);
    if (!(dot(direction, gradient) < 0)) {
      pairs.length = 0;
      quasiNewtonDirection(gradient, held, pairs, direction, curvature);
    }

    let step = pairs.length > 0 || curvature !== undefined ? 1 : Math.min(1, 0.5 / steepest);
    let nextValue = Number.NaN;
    for (let attempt = 0; attempt < 40; attempt++) {
      let slope = 0;
      for (let i = 0; i < n; i++) {
        nextX[i] = Math.max(lower[i], x[i] + step * direction[i]);
        slope += gradient[i] * (nextX[i] - x[i]);
      }
      nextValue = objective(nextX, nextGradient);
      if (nextValue <= value + SUFFICIENT_DECREASE * slope) break;
      // The parabola through both values and the slope, kept within a tenth and a half of the step.
      const parabola = (-0.5 * slope) / (nextValue - value - slope);
      step *= Number.isFinite(parabola) ? Math.min(0.5, Math.max(0.1, parabola)) : 0.1;
      nextValue = Number.NaN;
    }
    if (Number.isNaN(nextValue)) {
      // No step helps: with an exhausted memory this is as low as rounding allows.
      if (pairs.length === 0) return { x, value, iterations: iteration, converged: false };
      pairs.length = 0;
      continue;
    }

    remember(pairs, x, nextX, gradient, nextGradient);
    [x, nextX] = [nextX, x];
    [gradient, nextGradient] = [nextGradient, gradient];
    value = nextValue;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function dotOfFree(a: Float64Array, b: Float64Array, held: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (held[i] === 0) sum += a[i] * b[i];
  return sum;
}

/** Minus the inverse Hessian times the gradient, within the free variables; zero for the held ones. */
function quasiNewtonDirection(
  gradient: Float64Array,
  held: Uint8Array,
  pairs: readonly { s: Float64Array; y: Float64Array }[],
  out: Float64Array,
  curvature: Float64Array | undefined,
): void {
  for (let i = 0; i < out.length; i++) out[i] = held[i] === 1 ? 0 : -gradient[i];
  const used: { s: Float64Array; y: Float64Array; rho: number; alpha: number }[] = [];
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y } = pairs[k];
    const curvature = dotOfFree(s, y, held);
    if (!(curvature > 1e-14)) continue;
    const alpha = dotOfFree(s, out, held) / curvature;
    for (let i = 0; i < out.length; i++) if (held[i] === 0) out[i] -= alpha * y[i];
    used.push({ s, y, rho: 1 / curvature, alpha });
  }
  if (curvature !== undefined) solveFree(curvature, held, out);
  else if (used.length > 0) {
    const { y, rho } = used[0];
    const scale = 1 / (rho * dotOfFree(y, y, held));
    for (let i = 0; i < out.length; i++) out[i] *= scale;
  }
  for (let k = used.length - 1; k >= 0; k--) {
    const pair = used[k];
    const beta = pair.rho * dotOfFree(pair.y, out, held);
    for (let i = 0; i < out.length; i++) if (held[i] === 0) out[i] += (pair.alpha - beta) * pair.s[i];
  }
}

/** Replaces the free entries of `out` by curvature⁻¹ times them. */
function solveFree(curvature: Float64Array, held: Uint8Array, out: Float64Array): void {
  const n = out.length;
  const free: number[] = [];
  for (let i = 0; i < n; i++) if (held[i] === 0) free.push(i);
  const matrix = new Float64Array(free.length ** 2);
  const right = Float64Array.from(free, (i) => out[i]);
  free.forEach((i, a) => {
    for (let b = 0; b <= a; b++) matrix[a * free.length + b] = curvature[i * n + free[b]];
  });
  const solved = solvePositiveDefinite(matrix, right, free.length);
  free.forEach((i, a) => {
    out[i] = solved[a];
  });
}

function remember(
  pairs: { s: Float64Array; y: Float64Array }[],
  x: Float64Array,
  nextX: Float64Array,
  gradient: Float64Array,
  nextGradient: Float64Array,
): void {
  const reused = pairs.length === MEMORY ? pairs.shift() : undefined;
  const s = reused?.s ?? new Float64Array(x.length);
  const y = reused?.y ?? new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    s[i] = nextX[i] - x[i];
    y[i] = nextGradient[i] - gradient[i];
  }
  // Without positive curvature the pair would spoil the inverse Hessian.
  if (dot(s, y) > 1e-14) pairs.push({ s, y });
}
