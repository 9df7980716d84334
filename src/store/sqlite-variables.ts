import { WeatherglassError } from '../errors.ts';
import type { Variable } from '../weather/variable.ts';
import type { Connection } from './sqlite-connection.ts';
import { readDefinition } from './sqlite-error.ts';

export interface Variables {
  list(): readonly Variable[];
  put(variables: readonly Variable[]): void;
}

export function sqliteVariables(connection: Connection): Variables {
  const all = connection.statement<readonly [string]>('SELECT definition FROM variable ORDER BY id');
  const byName = connection.statement<readonly [string]>('SELECT definition FROM variable WHERE name = ?');
  const insert = connection.statement('INSERT INTO variable (name, definition) VALUES (?, ?)');

  return {
    list: () => all.all().map(([definition]) => readVariable(definition, connection.file)),

    put(variables) {
      for (const variable of variables) {
        const definition = writeVariable(variable);
        const known = byName.get(variable.name)?.[0];
        if (known === definition) continue;
        if (known !== undefined)
          throw new WeatherglassError(
            'InvalidData',
            `Variable ${variable.name} is stored as ${known}, not as ${definition}: give another name to yours.`,
          );
        insert.run(variable.name, definition);
      }
    },
  };
}

type StoredVariable = Omit<Variable, 'lower' | 'upper'> & {
  readonly lower: number | null;
  readonly upper: number | null;
};

/** JSON has no infinity: a bound that is none becomes null. */
function writeVariable({ name, unit, lower, upper, kind, periodHours, law, transform }: Variable): string {
  const bound = (value: number) => (Number.isFinite(value) ? value : null);
  return JSON.stringify({
    name,
    unit,
    lower: bound(lower),
    upper: bound(upper),
    kind,
    periodHours,
    law,
    transform,
  });
}

function readVariable(definition: string, file: string): Variable {
  const { lower, upper, ...rest } = readDefinition<StoredVariable>(definition, file);
  return { ...rest, lower: lower ?? -Infinity, upper: upper ?? Infinity };
}
