import type { Config } from '../config.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import type { Variable } from '../weather/variable.ts';

/**
 * Opens the store of the settings to write; another process that writes is waited for a little, then an error.
 *
 * @param create whether one that is not there is made
 */
export function openToWrite({ store }: Config, create = false): Promise<Store> {
  return openStore(store, { create });
}

/** Opens the store of the settings to read, also while another process writes. */
export function openToRead({ store }: Config): Promise<Store> {
  return openStore(store, { readOnly: true });
}

/** Variables a table may use: those that the store knows already, and those declared in a file. */
export async function knownVariables(store: Store, declared: readonly Variable[]): Promise<Variable[]> {
  const names = new Set(declared.map(({ name }) => name));
  return [...declared, ...(await store.variables()).filter(({ name }) => !names.has(name))];
}
