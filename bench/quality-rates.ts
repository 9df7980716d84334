import type { ObservedSeries } from '../src/quality/check.ts';
import { checkSeries } from '../src/quality/check-series.ts';
import { msPerHour } from '../src/weather/time.ts';
import { type Fault, injectFaults } from './inject-faults.ts';
import { median } from './measure.ts';
import type { QualitySet } from './quality-sets.ts';

/** A flagged value of a set. */
export interface Flagged {
  readonly place: string;
  readonly time: number;
  readonly value: number;
  readonly flag: string;
}

/** Everything that the checks doubt in a set as it is, and of how many values. */
export function flaggedOf(
  { variable, series }: QualitySet,
  check: typeof checkSeries = checkSeries,
): { readonly values: number; readonly flagged: Flagged[] } {
  const flagged: Flagged[] = [];
  let values = 0;
  for (const one of series) {
    values += one.values.filter((value) => !Number.isNaN(value)).length;
    check({ variable, ...one, from: 0, neighbours: series }).forEach((flag, i) => {
      if (flag !== '')
        flagged.push({ place: one.place.name, time: one.times[i], value: one.values[i], flag });
    });
  }
  return { values, flagged };
}

/** How well a kind of fault is caught. */
export interface Caught {
  /** Share of the faulty values that are flagged. */
  readonly values: number;
  /** Share of the faults of which any value is flagged. */
  readonly faults: number;
  /** Median hours from the beginning of a fault to its first flag, of those that have one. */
  readonly latencyHours: number;
  /** Share of the values right after a fault, up to two days, that are flagged although they are sound. */
  readonly collateral: number;
}

/** Puts a kind of fault into each series of a set in turn, the others left sound, and looks what is flagged. */
export function caughtOf(
  { variable, series }: QualitySet,
  fault: Fault,
  decimals: number,
  check: typeof checkSeries = checkSeries,
): Caught {
  let faulty = 0;
  let caught = 0;
  let after = 0;
  let blamed = 0;
  const latencies: number[] = [];
  let faults = 0;
  const sound = (one: ObservedSeries) => one.values.some((value) => !Number.isNaN(value));
  for (const one of series.filter(sound)) {
    const clean = check({ variable, ...one, from: 0, neighbours: series });
    const injected = injectFaults(one, fault, variable.lower, decimals);
    const flags = check({ variable, ...injected.series, from: 0, neighbours: series });
    const first = new Map<number, number>();
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < flags.length; i++) {
      const number = injected.fault[i];
      if (Number.isNaN(one.values[i])) continue;
      if (number >= 0) {
        faulty++;
        last = one.times[i];
        if (flags[i] === '') continue;
        caught++;
        if (!first.has(number)) first.set(number, (one.times[i] - injected.began[number]) / msPerHour);
      } else if (one.times[i] - last <= 48 * msPerHour) {
        after++;
        if (flags[i] !== '' && clean[i] === '') blamed++;
      }
    }
    faults += new Set(injected.fault.filter((number) => number >= 0)).size;
    latencies.push(...first.values());
  }
  return {
    values: caught / faulty,
    faults: latencies.length / faults,
    latencyHours: median(latencies),
    collateral: after === 0 ? 0 : blamed / after,
  };
}
