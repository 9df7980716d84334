import type { Store } from '../store/store.ts';
import { decodeArtefact, type LoopArtefact } from './artefact-codec.ts';
import { allLeads, type Learned, learnedFor } from './learned-lead.ts';

/** What the experts of one variable have learned, by {@link artefactKey}. */
export type ArtefactTable = ReadonlyMap<string, LoopArtefact>;

export function artefactKey(source: string, lead: number, model: string): string {
  return `${source} ${lead} ${model}`;
}

let remembered: { readonly version: string; readonly tables: Map<string, ArtefactTable> } | undefined;

/**
 * The newest artefacts of a variable, decoded once in a thread for all that a training answers.
 *
 * @param historyId as in `threadHistory`: what another run of the loop trained is read anew
 */
export async function threadArtefacts(
  store: Store,
  historyId: string,
  variable: string,
  trainedUntil: number,
): Promise<ArtefactTable> {
  const version = `${historyId} ${trainedUntil} ${store.location}`;
  if (remembered?.version !== version) remembered = { version, tables: new Map() };
  const { tables } = remembered;
  let table = tables.get(variable);
  if (table === undefined) {
    const stored = await store.artefacts({ variable, trainedUntil });
    table = new Map(
      stored.map(({ source, lead, model, data }) => [artefactKey(source, lead, model), decodeArtefact(data)]),
    );
    tables.set(variable, table);
  }
  return table;
}

interface LearnedArtefact extends Learned {
  readonly artefact: LoopArtefact;
}

const byExpert = new WeakMap<ArtefactTable, Map<string, LearnedArtefact[]>>();

/** What an expert answers a lead with: what it learned of all leads, or see {@link learnedFor}. */
export function artefactFor(
  table: ArtefactTable,
  source: string,
  lead: number,
  model: string,
): LoopArtefact | undefined {
  const everywhere = table.get(artefactKey(source, allLeads, model));
  if (everywhere !== undefined) return everywhere;
  let index = byExpert.get(table);
  if (index === undefined) {
    byExpert.set(table, (index = new Map()));
    for (const [key, artefact] of table) {
      const [, own, text, name] = /^(.*) (\S+) (\S+)$/s.exec(key)!;
      const one = { lead: Number(text), rows: artefact.trainedOn.rows, artefact };
      const expert = `${own} ${name}`;
      const others = index.get(expert);
      if (others === undefined) index.set(expert, [one]);
      else others.push(one);
    }
    for (const one of index.values()) one.sort((a, b) => a.lead - b.lead);
  }
  return learnedFor(index.get(`${source} ${model}`) ?? [], lead)?.artefact;
}
