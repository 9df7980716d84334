import type { StoredPrediction } from '../store/store.ts';
import { bandOf } from '../weather/lead-band.ts';
import { msPerHour } from '../weather/time.ts';
import { servedContenders } from './experts.ts';
import { learnedFor } from './learned-lead.ts';
import type { Method } from './method.ts';

/** Where a prediction comes from. */
export interface Provenance {
  /** Experts that answered, heaviest first, with their shares of the mixture. */
  readonly experts: readonly { readonly name: string; readonly weight: number }[];
  /** The runs whose forecasts went in; none for a place whose observations alone were learned from. */
  readonly runs: readonly { readonly source: string; readonly issuedAt: number }[];
  /** Issue of the newest run used; without runs, of the newest observation. */
  readonly runTime: number;
  /** Hours from that to `asOf`. */
  readonly ageHours: number;
  /** Outcomes that the experts learned from at this lead, and the valid times of the first and last; NaN for none. */
  readonly trainedOn: { readonly rows: number; readonly from: number; readonly until: number };
  /** Whose outcomes count as the truth here. */
  readonly truth: readonly string[];
}

/** Whether several experts have the same share, as before anything was scored: to name one of them would mislead. */
export function isEven(experts: Provenance['experts']): boolean {
  const shares = experts.map(({ weight }) => weight);
  return experts.length > 2 && Math.max(...shares) - Math.min(...shares) < 0.005;
}

type Training = Method['training'][number];

/** How predictions were made, ready to be asked about an expert. */
interface ReadMethod extends Method {
  /** By expert, then by rising lead. */
  readonly trainingOf: ReadonlyMap<string, readonly Training[]>;
}

const methods = new Map<string, ReadMethod>();

/** A method's text parsed once; a handful of them serve thousands of predictions. */
function methodOf(text: string): ReadMethod {
  let method = methods.get(text);
  if (method === undefined) {
    if (methods.size > 64) methods.clear();
    const parsed = JSON.parse(text) as Method;
    const sorted = parsed.training.toSorted((a, b) => a.lead - b.lead);
    method = { ...parsed, trainingOf: Map.groupBy(sorted, ({ expert }) => expert) };
    methods.set(text, method);
  }
  return method;
}

/** Makes the function that tells where the value at an index of a prediction comes from. */
export function provenanceTeller(
  prediction: StoredPrediction,
  asOf: number,
  truth: readonly string[],
): (index: number) => Provenance {
  const { contenders, levels, quantiles, validTimes, runTimes, sourceTimes } = prediction;
  const { experts, sources, bands, trainingOf } = methodOf(prediction.method);
  // Only what was served is kept of old predictions; then the method says who was asked.
  const columns =
    contenders.length > servedContenders.length && experts.map((name) => contenders.indexOf(name));

  const hasAnswered = (index: number, expert: number) =>
    columns === false ||
    !Number.isNaN(quantiles[(index * contenders.length + columns[expert]) * levels.length]);

  /** By band and who answered: the same for most values. */
  const shares = new Map<string, Provenance['experts']>();

  function sharesAt(index: number): Provenance['experts'] {
    const band = bandOf((validTimes[index] - runTimes[index]) / msPerHour);
    let key = String(band);
    for (let k = 0; k < experts.length; k++) key += hasAnswered(index, k) ? '+' : '-';
    let found = shares.get(key);
    if (found === undefined) {
      const weights = bands.find((one) => one.band === band)?.weights;
      const own = experts
        .map((name, k) => ({ name, weight: weights?.[k] ?? 1 / experts.length }))
        .filter((_, k) => hasAnswered(index, k));
      const total = own.reduce((sum, { weight }) => sum + weight, 0);
      found = own
        .map(({ name, weight }) => ({ name, weight: weight / total }))
        .sort((a, b) => b.weight - a.weight);
      shares.set(key, found);
    }
    return found;
  }

  /** What these experts learned from at some leads. */
  function trainedOn(leads: readonly number[], own: Provenance['experts']): Provenance['trainedOn'] {
    let rows = 0;
    let from = Infinity;
    let until = -Infinity;
    for (const { name } of own)
      for (const lead of leads) {
        const one = learnedFor(trainingOf.get(name) ?? [], lead);
        if (one === undefined) continue;
        rows = Math.max(rows, one.rows);
        from = Math.min(from, one.from ?? Infinity);
        until = Math.max(until, one.until ?? -Infinity);
      }
    return {
      rows,
      from: from === Infinity ? Number.NaN : from,
      until: until === -Infinity ? Number.NaN : until,
    };
  }

  return (index) => {
    const inputs = sources.map((source, k) => ({
      source,
      issuedAt: sourceTimes?.[index * sources.length + k] ?? runTimes[index],
    }));
    // Leads of blocks are single precision.
    const leads = inputs.map(({ issuedAt }) => Math.fround((validTimes[index] - issuedAt) / msPerHour));
    const own = sharesAt(index);
    return {
      experts: own,
      runs: inputs.filter(({ source, issuedAt }) => source !== '' && !Number.isNaN(issuedAt)),
      runTime: runTimes[index],
      ageHours: (asOf - runTimes[index]) / msPerHour,
      trainedOn: trainedOn(leads, own),
      truth,
    };
  };
}
