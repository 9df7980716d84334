import { WeatherglassError } from '../errors.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Names } from './sqlite-names.ts';
import type { ArtefactQuery, StoredArtefact } from './store.ts';

/** How many of a kind are kept: the one in use, and the one before it. */
const KEPT = 2;

type ArtefactRow = readonly [
  variable: number,
  source: string,
  lead: number,
  model: string,
  trainedAt: number,
  data: Uint8Array,
];

export interface Artefacts {
  query(query: ArtefactQuery): readonly StoredArtefact[];
  put(artefacts: readonly StoredArtefact[]): void;
}

export function sqliteArtefacts(
  connection: Connection,
  { variables }: { readonly variables: Names },
): Artefacts {
  // SQLite takes the other columns from the row that has the maximum.
  const newest = (rules: string) =>
    connection.statement<ArtefactRow>(`
      SELECT variable, source, lead, model, max(trained_at), data FROM artefact WHERE trained_at <= ? ${rules}
      GROUP BY variable, source, lead, model ORDER BY variable, source, lead, model`);
  const upsert = connection.statement(`
    INSERT INTO artefact (variable, source, lead, model, trained_at, data) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (variable, source, lead, model, trained_at) DO UPDATE SET data = excluded.data
    WHERE data <> excluded.data`);
  const removeOlder = connection.statement(`
    DELETE FROM artefact WHERE variable = ?1 AND source = ?2 AND lead = ?3 AND model = ?4 AND trained_at < (
      SELECT trained_at FROM artefact WHERE variable = ?1 AND source = ?2 AND lead = ?3 AND model = ?4
      ORDER BY trained_at DESC LIMIT 1 OFFSET ${KEPT - 1})`);

  return {
    query({ variable, models, trainedUntil = Infinity }) {
      const id = variable === undefined ? undefined : variables.idOf(variable);
      if (variable !== undefined && id === undefined) return [];
      const ofVariable = id === undefined ? '' : 'AND variable = ? ';
      const ofModels = models === undefined ? '' : 'AND model IN (SELECT value FROM json_each(?))';
      const rows = newest(ofVariable + ofModels).all(
        trainedUntil,
        ...(id === undefined ? [] : [id]),
        ...(models === undefined ? [] : [JSON.stringify(models)]),
      );
      return rows.map(([ofVariable, source, lead, model, trainedAt, data]) => ({
        variable: variables.nameOf(ofVariable),
        source,
        lead,
        model,
        trainedAt,
        data,
      }));
    },

    put(artefacts) {
      for (const { variable, source, lead, model, trainedAt, data } of artefacts) {
        const id = variables.need(variable);
        if (!Number.isFinite(lead) || !Number.isFinite(trainedAt))
          throw new WeatherglassError(
            'InvalidData',
            `An artefact of ${model} for ${variable} cannot be stored: its lead (${lead}) and time of training ` +
              `(${trainedAt}) must be numbers.`,
          );
        upsert.run(id, source, lead, model, trainedAt, data);
        removeOlder.run(id, source, lead, model);
      }
    },
  };
}
