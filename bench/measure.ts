/** What every bench answers: rates and ratios of ours, and the rates of what they are held against. */
export interface BenchResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly peers: Readonly<Record<string, number>>;
}

export interface Bench {
  readonly name: string;
  /** One line for the list of benches. */
  readonly about: string;
  readonly run: (effort: Effort) => BenchResult | Promise<BenchResult>;
}

/** How much of a bench is run. */
export interface Effort {
  /** Share of the rows of the full size. */
  readonly share: number;
  /** Alternated rounds that the medians are taken over. */
  readonly rounds: number;
  /** Least seconds that one sample of one contender lasts. */
  readonly sampleSeconds: number;
  /** Least seconds that each contender runs before the first sample. */
  readonly warmUpSeconds: number;
}

export const fullEffort: Effort = { share: 1, rounds: 9, sampleSeconds: 0.04, warmUpSeconds: 0.2 };
/** Shows that a bench runs; its figures mean nothing. */
export const quickEffort: Effort = { share: 0.01, rounds: 1, sampleSeconds: 0, warmUpSeconds: 0 };

/** The rows of a full size that an effort asks for. */
export function rowsFor(effort: Effort, full: number): number {
  return Math.max(1, Math.round(effort.share * full));
}

/**
 * One whole piece of work. It answers with a number that depends on all of it, so that no compiler can leave a part
 * out, and the same one at every run.
 */
export type Contender = () => number;

export interface Timings<Name extends string> {
  /** Median seconds of one run. */
  readonly seconds: (name: Name) => number;
  /** Median over the rounds of seconds of `name` by seconds of `other` in the same round. */
  readonly ratio: (name: Name, other: Name) => number;
  /** What the contender answered. */
  readonly answer: (name: Name) => number;
}

/**
 * Times contenders against each other, a sample of each in every round, forwards and backwards in turn.
 *
 * A neighbour on the machine, or a clock that slows down, meets all of a round alike: so ratios are taken round by
 * round, and the median leaves out the rounds it met halfway.
 *
 * @throws Error for a contender that answers NaN, or differently from run to run: it is not doing what it should.
 */
export function measure<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { rounds, sampleSeconds, warmUpSeconds }: Effort,
): Timings<Name> {
  const names = Object.keys(contenders) as Name[];
  const entrants = new Map(names.map((name) => [name, enter(name, contenders[name], warmUpSeconds)]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) entrants.get(name)!.sample(sampleSeconds);
  }
  const samplesOf = (name: Name) => entrants.get(name)!.samples;
  return {
    seconds: (name) => median(samplesOf(name)),
    ratio: (name, other) =>
      median(samplesOf(name).map((seconds, round) => seconds / samplesOf(other)[round])),
    answer: (name) => entrants.get(name)!.answer,
  };
}

/** A warmed-up contender and its samples, in seconds a run. */
function enter(name: string, run: Contender, warmUpSeconds: number) {
  const samples: number[] = [];
  const answer = run();
  const timed = (runs: number): number => {
    const start = performance.now();
    for (let k = 0; k < runs; k++) {
      const again = run();
      if (again !== answer) throw new Error(`contender ${name} answers ${again} after ${answer}`);
    }
    return (performance.now() - start) / 1000;
  };
  let fastest = Infinity;
  for (let spent = 0; fastest === Infinity || spent < warmUpSeconds; ) {
    const seconds = timed(1);
    spent += seconds;
    fastest = Math.min(fastest, seconds);
  }
  return {
    samples,
    answer,
    sample(least: number) {
      const runs = Math.max(1, Math.ceil(least / fastest));
      samples.push(timed(runs) / runs);
    },
  };
}

/**
 * Medians of contenders that take turns, forwards and backwards, after a round that only warms up: as {@link measure}, for
 * what waits.
 *
 * @param contenders each answers with what it measured of itself
 * @param before is done before each round
 */
export async function alternate<Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
  before: () => Promise<void> = async () => {},
) {
  const names = Object.keys(contenders) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    await before();
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await contenders[name]();
      if (round >= 0) values.get(name)!.push(value);
    }
  }
  return {
    value: (name: Name) => median(values.get(name)!),
    /** Median over the rounds of what `name` measured by what `other` did in the same round. */
    ratio: (name: Name, other: Name) =>
      median(values.get(name)!.map((one, round) => one / values.get(other)![round])),
  };
}

/** Contenders for {@link alternate} that measure the seconds that each piece of work takes. */
export function timed<Name extends string>(
  works: Readonly<Record<Name, () => unknown>>,
): Readonly<Record<Name, () => Promise<number>>> {
  const contenders = Object.entries<() => unknown>(works).map(([name, work]) => [
    name,
    async () => {
      const started = performance.now();
      await work();
      return (performance.now() - started) / 1000;
    },
  ]);
  return Object.fromEntries(contenders) as Record<Name, () => Promise<number>>;
}

/** The middle value, or the mean of the two middle ones; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
