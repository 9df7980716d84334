import { openStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { type History, type HistoryQuery, readHistory } from './history.ts';

/** What a pool thread keeps open between jobs: its own reading connection, and blocks it has read. */
const stores = new Map<string, Promise<Store>>();

/** The thread's own connection to a store; it reads what was committed when it is asked. */
export function threadStore(location: string): Promise<Store> {
  let store = stores.get(location);
  if (store === undefined) {
    store = openStore(location, { readOnly: true });
    stores.set(location, store);
    store.catch(() => stores.delete(location));
  }
  return store;
}

let remembered: { readonly id: string; readonly histories: Map<string, Promise<History>> } | undefined;

/**
 * A history of the store, read once for all jobs that give the same `id`: those of one run of the loop, during which
 * nothing within the query changes.
 */
export function threadHistory(
  location: string,
  id: string,
  query: HistoryQuery,
  withRecent: boolean,
): Promise<History> {
  if (remembered?.id !== id) remembered = { id, histories: new Map() };
  const key = JSON.stringify([location, query, withRecent]);
  let history = remembered.histories.get(key);
  if (history === undefined) {
    history = threadStore(location).then((store) => readHistory(store, query, withRecent));
    remembered.histories.set(key, history);
    const { histories } = remembered;
    history.catch(() => histories.delete(key));
  }
  return history;
}
