import { isWeatherglassError } from '../errors.ts';
import type { Control } from '../models/model.ts';
import { settingsFor } from '../models/settings.ts';
import type { StoredArtefact } from '../store/store.ts';
import { encodeArtefact } from './artefact-codec.ts';
import { artefactKey, threadArtefacts } from './artefact-table.ts';
import { trainingRows, unitsOf } from './backtest-plan.ts';
import { isComplete, lastingColumns, withColumns } from './case-columns.ts';
import { expertsFor, expertsNeed, fitExpert } from './experts.ts';
import { advance } from './history.ts';
import { allLeads } from './learned-lead.ts';
import { threadHistory, threadStore } from './thread-store.ts';

/** A share of one variable's blocks to fit the experts to. */
export interface TrainChunk {
  readonly store: string;
  readonly historyId: string;
  /** What the history may hold; at least `asOf`. */
  readonly knownUntil: number;
  /** First day of a replay; left out live. */
  readonly begins?: number | undefined;
  readonly variable: string;
  /** Blocks number `part`, `part + parts`, … are fitted. */
  readonly part: number;
  readonly parts: number;
  /** Only outcomes known by then train. */
  readonly asOf: number;
  /** When the experts were fitted before: fits start from there. */
  readonly earlier: number | undefined;
}

export interface TrainedChunk {
  readonly artefacts: readonly StoredArtefact[];
  /** Experts that could not be fitted, and why. */
  readonly refusals: readonly string[];
}

/** Fits every expert to its blocks, all places together. */
export async function runTrainChunk(chunk: TrainChunk, control: Control): Promise<TrainedChunk> {
  const { store, historyId, knownUntil, variable, part, parts, asOf, earlier } = chunk;
  const history = await threadHistory(
    store,
    historyId,
    { variables: [variable], knownUntil, begins: chunk.begins },
    { ...expertsNeed, acrossLeads: true },
    control,
  );
  advance(history, asOf);
  const earlierTable =
    earlier === undefined
      ? undefined
      : await threadArtefacts(await threadStore(store), historyId, variable, earlier);
  const artefacts: StoredArtefact[] = [];
  const refusals: string[] = [];
  // Those of all leads take the longest.
  const blocks = [...history.across, ...history.groups];
  for (let k = part; k < blocks.length; k += parts) {
    control.checkpoint(k, blocks.length);
    const { source, cases } = blocks[k];
    const across = k < history.across.length;
    const lead = across ? allLeads : cases.lead;
    const ahead = across ? 'all leads' : `${lead} h`;
    const [all] = unitsOf(cases, 'all');
    const rows = trainingRows(all, cases, asOf);
    const columns = lastingColumns(cases, rows);
    const block = withColumns(cases, columns)!;
    const known = across ? rows : rows.filter((row) => isComplete(block, row));
    const training = { cases: block, rows: known };
    if (training.rows.length === 0) {
      refusals.push(`${variable}, ${ahead}: no outcome of a forecast is known yet`);
      continue;
    }
    const settings = settingsFor(cases.variable);
    for (const model of expertsFor(source)) {
      if ((model.acrossLeads === true) !== across) continue;
      try {
        const before = earlierTable?.get(artefactKey(source, lead, model.name));
        const artefact = fitExpert(model, source, training, settings, control, before);
        const data = encodeArtefact({ ...artefact, columns });
        artefacts.push({ variable, source, lead, model: model.name, trainedAt: asOf, data });
      } catch (error) {
        if (!isWeatherglassError(error, 'CannotFit')) throw error;
        refusals.push(`${variable}, ${ahead}, ${model.name}: ${error.message}`);
      }
    }
  }
  return { artefacts, refusals };
}
