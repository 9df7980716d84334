import type { Clock } from '../runtime/clock.ts';
import type { Client } from '../sources/client.ts';
import type { Provider } from '../sources/source.ts';
import type { Sources } from '../sources/sources.ts';
import { type Store, trainedNote, trainWantedNote } from '../store/store.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { type Collected, collectDue, collectedVariables } from './collect.ts';
import { type CollectProgress, saveProgress } from './collect-progress.ts';
import { type FillOptions, type FillResult, fillPast } from './fill.ts';
import { fillShare } from './fill-plan.ts';
import { collectedPlaces } from './follow.ts';

export interface RoundOptions extends Pick<FillOptions, 'steps' | 'onStep'> {
  readonly client: Client;
  readonly clock: Clock;
  /** How far ahead forecasts are wanted, hours. */
  readonly hours: number;
  readonly progress: CollectProgress;
  readonly signal: AbortSignal;
}

export interface Round {
  readonly collected: Collected;
  readonly filled: FillResult;
}

/**
 * Collects what is due, then fills in some of the past, for what is current comes first, and asks for a training where much
 * has been added to what is known.
 *
 * @throws what reading or writing throws; the reason of the signal. What a source throws is in the result.
 */
export async function collectRound(
  store: Store,
  sources: Sources,
  { client, clock, hours, progress, signal, steps, onStep }: RoundOptions,
): Promise<Round> {
  const tools = { ask: client.ask, now: () => clock.now() };
  const collected = await collectDue(store, sources, { hours, progress, tools, signal });
  const filled = await fillPast(store, sources, {
    variables: collectedVariables,
    tools,
    signal,
    mayAsk: (provider, calls) => mayFill(client, provider, calls),
    progress,
    steps,
    onStep,
  });
  await saveProgress(store, progress);
  await wantTraining(store, clock.now());
  return { collected, filled };
}

/** Whether filling in may ask a provider for so many calls: a share of each of its longer limits is left to what is current. */
function mayFill(client: Client, provider: Provider, calls: number): boolean {
  return client
    .spent(provider)
    .filter(({ limit }) => limit.seconds >= 3600)
    .every(({ limit, calls: spent }) => spent + calls <= limit.calls * fillShare);
}

/** Days in which each adds so much to what is known of a place that the experts are not fitted once a week alone. */
const YOUNG_DAYS = 21;
/** Milliseconds until they are for the first times. */
const TRAIN_EARLY = 6 * msPerHour;

/**
 * Asks for a training where places are young: after half of the time that the youngest of them is collected for, but no
 * sooner than six hours after the last.
 */
export async function wantTraining(store: Store, now: number): Promise<void> {
  const since = (await collectedPlaces(store)).reduce(
    (latest, one) => Math.max(latest, one.following.since),
    -Infinity,
  );
  const age = now - since;
  if (!(age < YOUNG_DAYS * msPerDay)) return;
  const last = Number((await store.note(trainedNote)) ?? -Infinity);
  if (now - last >= Math.max(TRAIN_EARLY, age / 2))
    await store.write({ notes: { [trainWantedNote]: 'yes' } });
}
