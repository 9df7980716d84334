import { WeatherglassError } from '../errors.ts';
import type { Connection } from './sqlite-connection.ts';
import { damaged, readDefinition } from './sqlite-error.ts';
import type { Names } from './sqlite-names.ts';
import type { Layout } from './store.ts';

/** Layouts, each stored once however many runs share it. */
export interface Layouts {
  /** @throws WeatherglassError NotFound: a variable that is not stored. InvalidData: leads that do not ascend. */
  add(layout: Layout): number;
  layoutOf(id: number): Layout;
  forget(): void;
}

export function sqliteLayouts(connection: Connection, variables: Names): Layouts {
  // Runs that were read or made together share the object; to write it out for each would cost more than storing them.
  let ids = new WeakMap<Layout, number>();
  const layouts = new Map<number, Layout>();
  const byName = connection.statement<readonly [number]>('SELECT id FROM layout WHERE name = ?');
  const byId = connection.statement<readonly [string]>('SELECT name FROM layout WHERE id = ?');

  function insert(layout: Layout, name: string): number {
    const { columns, series } = layout;
    const ofSeries = series.map(({ variable, leads }) => {
      const id = variables.need(variable);
      if (!leads.every((lead, k) => Number.isFinite(lead) && (k === 0 || lead > leads[k - 1])))
        throw new WeatherglassError(
          'InvalidData',
          `Leads of ${variable} do not ascend: ${leads.join(', ')}.`,
        );
      return id;
    });
    if (new Set(ofSeries).size < series.length || new Set(columns).size < columns.length)
      throw new WeatherglassError('InvalidData', 'A layout names a variable or a column twice.');
    const lastLead = Math.max(0, ...series.map(({ leads }) => leads.at(-1) ?? 0));
    connection
      .statement('INSERT INTO layout (name, numbers, members, last_lead) VALUES (?, ?, ?, ?)')
      .run(name, numbersIn(layout), membersIn(layout), lastLead);
    const [id] = byName.get(name)!;
    const link = connection.statement('INSERT INTO layout_variable (variable, layout) VALUES (?, ?)');
    for (const variable of ofSeries) link.run(variable, id);
    return id;
  }

  function textOf(id: number): string {
    const found = byId.get(id);
    if (found !== undefined) return found[0];
    throw new WeatherglassError('InvalidData', `${connection.file} ${damaged()} (layout ${id} is missing).`);
  }

  return {
    add(layout) {
      let id = ids.get(layout);
      if (id === undefined) {
        const { columns, series } = layout;
        const name = JSON.stringify({
          columns,
          series: series.map(({ variable, leads }) => ({ variable, leads })),
        });
        id = byName.get(name)?.[0] ?? insert(layout, name);
        ids.set(layout, id);
      }
      return id;
    },
    layoutOf(id) {
      let layout = layouts.get(id);
      if (layout === undefined)
        layouts.set(id, (layout = readDefinition<Layout>(textOf(id), connection.file)));
      return layout;
    },
    forget() {
      ids = new WeakMap();
      layouts.clear();
    },
  };
}

/** How many numbers a run of this layout has. */
export function numbersIn({ columns, series }: Layout): number {
  let steps = 0;
  for (const { leads } of series) steps += leads.length;
  return steps * columns.length;
}

export function membersIn({ columns }: Layout): number {
  return columns.filter((column) => column.startsWith('member_')).length;
}
