import { stat } from 'node:fs/promises';
import type { Control } from '../models/model.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import type { Needs } from './case-groups.ts';
import { type History, type HistoryQuery, readHistory } from './history.ts';

/** A thread's own reading connection to a store. */
interface ThreadStore {
  readonly store: Promise<Store>;
  /** Tells the file from another that was put in its place. */
  readonly file: bigint;
}

const stores = new Map<string, ThreadStore>();

/** The thread's own connection to a store, kept open between jobs; it reads what was committed when it is asked. */
export async function threadStore(location: string): Promise<Store> {
  const { ino: file } = await stat(location, { bigint: true });
  const known = stores.get(location);
  if (known?.file === file) return known.store;
  const store = openStore(location, { readOnly: true });
  stores.set(location, { store, file });
  store.catch(() => stores.delete(location));
  void known?.store.then((old) => old[Symbol.asyncDispose]()).catch(() => undefined);
  return store;
}

let remembered: { readonly id: string; readonly histories: Map<string, Promise<History>> } | undefined;

/**
 * A history of the store, read once for all jobs that give the same `id`: those of one run of the loop, during which
 * nothing within the query changes. A replay comes back to each of its histories every day, so all are kept; otherwise only
 * the latest is.
 */
export function threadHistory(
  location: string,
  id: string,
  query: HistoryQuery,
  needs: Needs,
  control?: Control,
): Promise<History> {
  if (remembered?.id !== id) remembered = { id, histories: new Map() };
  const key = JSON.stringify([location, query, needs]);
  let history = remembered.histories.get(key);
  if (history === undefined) {
    if (query.begins === undefined) remembered.histories.clear();
    history = threadStore(location).then((store) => readHistory(store, query, needs, control));
    remembered.histories.set(key, history);
    const { histories } = remembered;
    history.catch(() => histories.delete(key));
  }
  return history;
}
