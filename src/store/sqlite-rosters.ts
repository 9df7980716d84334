import type { Connection } from './sqlite-connection.ts';
import { readDefinition } from './sqlite-error.ts';
import { sqliteNames } from './sqlite-names.ts';

/** Who answered, and for which levels: shared by most predictions, and by scores, which have no levels. */
export interface Roster {
  readonly contenders: readonly string[];
  readonly levels: readonly number[];
}

export interface Rosters {
  add(roster: Roster): number;
  rosterOf(id: number): Roster;
  forget(): void;
}

export function sqliteRosters(connection: Connection): Rosters {
  const names = sqliteNames(connection, 'roster');
  const rosters = new Map<number, Roster>();
  return {
    add: ({ contenders, levels }) => names.add(JSON.stringify({ contenders, levels })),
    rosterOf(id) {
      let roster = rosters.get(id);
      if (roster === undefined)
        rosters.set(id, (roster = readDefinition<Roster>(names.nameOf(id), connection.file)));
      return roster;
    },
    forget() {
      names.forget();
      rosters.clear();
    },
  };
}
