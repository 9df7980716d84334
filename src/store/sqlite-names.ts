import { WeatherglassError } from '../errors.ts';
import type { Connection } from './sqlite-connection.ts';
import { damaged } from './sqlite-error.ts';

/** Texts that rows of other tables point to by number. */
export interface Names {
  /** The number of a text; undefined where it is not stored. */
  idOf(name: string): number | undefined;
  /** The number of a text. @throws WeatherglassError NotFound: it is not stored. */
  need(name: string): number;
  /** The number of a text, which is stored where it is new. */
  add(name: string): number;
  nameOf(id: number): string;
  /** Every text with its number, in the order they were added. */
  list(): readonly (readonly [id: number, name: string])[];
  /** Those of the texts asked for that are stored, in the order they were added; all of them where none are asked for. */
  chosen(asked: readonly string[] | undefined): readonly (readonly [id: number, name: string])[];
  /** To be called when rows were removed or a change was taken back. */
  forget(): void;
}

/**
 * The texts of a table.
 *
 * Numbers are kept for the one writer, who knows of every change; texts are kept for everyone, as no number is used
 * twice.
 */
export function sqliteNames(connection: Connection, table: string): Names {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  const byName = connection.statement<readonly [number]>(`SELECT id FROM ${table} WHERE name = ?`);
  const byId = connection.statement<readonly [string]>(`SELECT name FROM ${table} WHERE id = ?`);
  const all = connection.statement<readonly [number, string]>(`SELECT id, name FROM ${table} ORDER BY id`);

  function idOf(name: string): number | undefined {
    const known = ids.get(name);
    if (known !== undefined) return known;
    const id = byName.get(name)?.[0];
    if (id !== undefined && !connection.readOnly) ids.set(name, id);
    return id;
  }

  return {
    idOf,
    need(name) {
      const id = idOf(name);
      if (id !== undefined) return id;
      throw new WeatherglassError(
        'NotFound',
        `There is no ${table} ${JSON.stringify(name)} in ${connection.file}: add it first.`,
      );
    },
    add(name) {
      const known = idOf(name);
      if (known !== undefined) return known;
      connection.statement(`INSERT INTO ${table} (name) VALUES (?)`).run(name);
      return idOf(name)!;
    },
    nameOf(id) {
      let name = names.get(id);
      if (name === undefined) {
        name = byId.get(id)?.[0];
        if (name === undefined)
          throw new WeatherglassError(
            'InvalidData',
            `${connection.file} ${damaged()} (${table} ${id} is missing).`,
          );
        names.set(id, name);
      }
      return name;
    },
    list: () => all.all(),
    chosen(asked) {
      if (asked === undefined) return all.all();
      const wanted = new Set(asked);
      return all.all().filter(([, name]) => wanted.has(name));
    },
    forget() {
      ids.clear();
      names.clear();
    },
  };
}
