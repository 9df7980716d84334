import type { Store, StoredPrediction } from '../store/store.ts';
import { bandOf } from '../weather/lead-band.ts';
import { msPerHour } from '../weather/time.ts';
import { servedContenders } from './experts.ts';
import { learnedFor } from './learned-lead.ts';
import type { Method, Training } from './method.ts';

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
  /** Rules of physics that moved a quantile of the same issue, at this or another valid time; left out where none did. */
  readonly physics?: readonly string[];
}

/** Whether several experts have the same share, as before anything was scored: to name one of them would mislead. */
export function isEven(experts: Provenance['experts']): boolean {
  const shares = experts.map(({ weight }) => weight);
  return experts.length > 2 && Math.max(...shares) - Math.min(...shares) < 0.005;
}

/** How predictions were made, ready to be asked about an expert. */
export interface ReadMethod extends Method {
  /** By expert, then by rising lead. */
  readonly trainingOf: ReadonlyMap<string, readonly Training[]>;
}

type Trainings = ReadMethod['trainingOf'];

const trainings = new Map<string, Trainings>();

/** What experts learned from, by the note that says so; it is read once. */
async function trainingsOf(store: Store, training: Method['training']): Promise<Trainings> {
  if (typeof training !== 'string') return byExpert(training);
  let found = trainings.get(training);
  if (found === undefined) {
    if (trainings.size > 64) trainings.clear();
    const note = await store.note(training);
    found = byExpert(note === undefined ? [] : (JSON.parse(note) as Training[]));
    trainings.set(training, found);
  }
  return found;
}

function byExpert(training: readonly Training[]): Trainings {
  return Map.groupBy(
    training.toSorted((a, b) => a.lead - b.lead),
    ({ expert }) => expert,
  );
}

/** How some predictions were made, by the texts of their methods: a handful of them serve thousands of predictions. */
export async function readMethods(
  store: Store,
  predictions: readonly StoredPrediction[],
): Promise<ReadonlyMap<string, ReadMethod>> {
  const methods = new Map<string, ReadMethod>();
  for (const text of new Set(predictions.map(({ method }) => method))) {
    const method = JSON.parse(text) as Method;
    methods.set(text, { ...method, trainingOf: await trainingsOf(store, method.training) });
  }
  return methods;
}

/** Makes the function that tells where the value at an index of a prediction comes from. */
export function provenanceTeller(
  prediction: StoredPrediction,
  { experts, sources, bands, trainingOf, physics }: ReadMethod,
  asOf: number,
  truth: readonly string[],
): (index: number) => Provenance {
  const { contenders, levels, quantiles, validTimes, runTimes, sourceTimes } = prediction;
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
      ...(physics !== undefined && { physics }),
    };
  };
}
