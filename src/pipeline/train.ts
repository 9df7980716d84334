import type { ComputePool, RunOptions } from '../runtime/compute-pool.ts';
import { type Store, type StoredArtefact, trainedNote, trainWantedNote } from '../store/store.ts';
import type { TrainChunk, TrainedChunk } from './train-chunk.ts';

export interface TrainOptions extends RunOptions {
  /** Only what was known by then trains. */
  readonly asOf: number;
  /** For callers that train again and again on one growing history: see `threadHistory`. */
  readonly history?: ReplayedHistory | undefined;
}

/** What a replay reads once for all of its days. */
export interface ReplayedHistory {
  /** See `threadHistory`. */
  readonly id: string;
  /** First day of the replay. */
  readonly begins: number;
  /** Its end: nothing that became known later is read. */
  readonly knownUntil: number;
}

export interface TrainResult {
  readonly artefacts: number;
  /** Experts that could not be fitted, and why. */
  readonly refusals: readonly string[];
}

/**
 * Fits the experts of every variable, source and lead to what the store knew at a time, and keeps them.
 *
 * @throws WeatherglassError Cancelled; what writing throws.
 */
export async function train(store: Store, options: TrainOptions, pool: ComputePool): Promise<TrainResult> {
  const { asOf, history } = options;
  const historyId = history?.id ?? crypto.randomUUID();
  const last = Number((await store.note(trainedNote)) ?? Number.NaN);
  const variables = (await store.variables()).filter(({ law }) => law !== 'none');
  const parts = Math.max(1, Math.ceil((2 * pool.threads) / Math.max(1, variables.length)));
  const chunks = variables.flatMap(({ name }) =>
    Array.from(
      { length: parts },
      (_, part): TrainChunk => ({
        store: store.location,
        historyId,
        knownUntil: history?.knownUntil ?? asOf,
        begins: history?.begins,
        variable: name,
        part,
        parts,
        asOf,
        earlier: last < asOf ? last : undefined,
      }),
    ),
  );
  const artefacts: StoredArtefact[] = [];
  const refusals: string[] = [];
  await pool.run<TrainChunk, TrainedChunk>(
    'trainChunk',
    chunks,
    (trained) => {
      artefacts.push(...trained.artefacts);
      refusals.push(...trained.refusals);
    },
    { ...options, about: (index) => `${chunks[index].variable}, all places` },
  );
  await store.write({ artefacts, notes: { [trainedNote]: String(asOf), [trainWantedNote]: 'no' } });
  return { artefacts: artefacts.length, refusals };
}
