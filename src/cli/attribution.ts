import { creditsFor } from '../sources/credits.ts';
import type { Store } from '../store/store.ts';

/** What must be said of those whose forecasts and observations a store holds, wherever what is made of it is shown. */
export async function storeAttribution(store: Store): Promise<readonly string[]> {
  const names = [...(await store.sources()), ...(await store.originNames())];
  return creditsFor(names).map(({ attribution }) => attribution);
}
