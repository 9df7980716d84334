import { isWeatherglassError } from '../errors.ts';
import type { PlaceNote, Store } from '../store/store.ts';
import { msPerHour } from '../weather/time.ts';

/** What did not come, and why. */
export interface CollectFailure {
  readonly source: string;
  readonly places: readonly string[];
  readonly error: Error;
}

/** Whether nobody was asked at all: a limit stands in the way, or a provider that is left alone. No place has failed then. */
export function wasNotAsked(error: unknown): boolean {
  return isWeatherglassError(error, 'Busy');
}

/** Whether it was the question that was wrong, or a reply that could not be understood: others may be answered. */
export function isRefusal(error: unknown): boolean {
  return isWeatherglassError(error, 'InvalidData') || isWeatherglassError(error, 'NotFound');
}

/** How far collecting has come for one source and place. */
export interface Progress {
  /** When it was last asked for. */
  readonly at: number;
  /** How often in a row that has failed. */
  readonly failures: number;
  /** Issue of the newest run; of a station the newest hour. */
  readonly newest: number;
}

/** How far collecting has come everywhere. */
export interface CollectProgress {
  /** By source and place. */
  readonly entries: Map<string, Progress>;
  /** What the store has noted of a place, see {@link saveProgress}. */
  readonly noted: Map<string, string>;
}

export function newProgress(): CollectProgress {
  return { entries: new Map(), noted: new Map() };
}

const notAsked: Progress = { at: -Infinity, failures: 0, newest: -Infinity };

/** What the readings of a source are known under: its forecasts, if it has them too, are asked for at other times. */
export function stationsOf(source: string): string {
  return `${source} (stations)`;
}

/** Note of a place: what was asked for in vain, as JSON: by source when, and how often in a row it has failed. */
const askedNote = 'asked';

type Asked = Readonly<Record<string, Pick<Progress, 'at' | 'failures'>>>;

/**
 * Where a store stands before anything is asked: a run that came last counts as asked for when it came; what was asked for in
 * vain is noted.
 */
export async function readProgress(store: Store): Promise<CollectProgress> {
  const progress = newProgress();
  const { entries, noted } = progress;
  for (const { source, place, issuedAt, knownAt } of await store.newestRuns())
    entries.set(keyOf(source, place), { at: knownAt, failures: 0, newest: issuedAt });
  for (const { origin, place, newest } of await store.origins())
    progressOf(progress, stationsOf(origin), place).reached(newest);
  for (const [place, note] of await store.placeNotes(askedNote)) {
    noted.set(place, note);
    for (const [source, asked] of Object.entries(JSON.parse(note) as Asked)) {
      const key = keyOf(source, place);
      // After one failure a new process asks at once: somebody may have set something right.
      const at = asked.failures === 1 ? -Infinity : asked.at;
      entries.set(key, { ...(entries.get(key) ?? notAsked), ...asked, at });
    }
  }
  return progress;
}

/** Notes what a new process could not tell by what is stored: what was asked for in vain, so that it too leaves that alone. */
export async function saveProgress(store: Store, { entries, noted }: CollectProgress): Promise<void> {
  const inVain = new Map<string, Record<string, Pick<Progress, 'at' | 'failures'>>>();
  for (const [key, { at, failures, newest }] of entries) {
    const isSilent = failures === 0 && newest === -Infinity && at > -Infinity;
    if (failures === 0 && !isSilent) continue;
    const [source, place] = key.split('\n');
    const own = inVain.get(place) ?? {};
    own[source] = { at, failures };
    inVain.set(place, own);
  }
  const news: PlaceNote[] = [];
  for (const place of new Set([...inVain.keys(), ...noted.keys()])) {
    const value = JSON.stringify(inVain.get(place) ?? {});
    if (value !== (noted.get(place) ?? '{}')) news.push({ place, name: askedNote, value });
  }
  if (news.length === 0) return;
  // One may have been removed meanwhile.
  const known = new Set((await store.places()).map(({ name }) => name));
  const changed = news.filter(({ place }) => known.has(place));
  await store.write({ placeNotes: changed });
  for (const { place, value } of changed) noted.set(place, value);
}

/** What is known of one source and place, and how to add to it. */
export function progressOf({ entries }: CollectProgress, source: string, place: string) {
  const key = keyOf(source, place);
  const now = entries.get(key) ?? notAsked;
  return {
    now,
    asked(at: number, failed: boolean): void {
      const before = entries.get(key) ?? notAsked;
      entries.set(key, { ...before, at, failures: failed ? before.failures + 1 : 0 });
    },
    reached(newest: number): void {
      const before = entries.get(key) ?? notAsked;
      if (newest > before.newest) entries.set(key, { ...before, newest });
    },
  };
}

/** Whether something has failed so lately that it is left alone. */
export function isPaused({ at, failures }: Progress, now: number): boolean {
  return now - at < pauseAfter(failures);
}

/** Milliseconds until what has failed is asked for again: doubled each time, up to six hours. */
function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(600_000 * 2 ** (failures - 1), 6 * msPerHour);
}

function keyOf(source: string, place: string): string {
  return `${source}\n${place}`;
}
