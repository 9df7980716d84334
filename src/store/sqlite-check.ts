import { isWeatherglassError } from '../errors.ts';
import { unpackedFloat32s } from './blobs.ts';
import type { Connection } from './sqlite-connection.ts';

/** The most that is told of one kind of damage. */
const TOLD = 20;

/** Blobs that cannot be what their row says, as questions that find nothing in a store that is whole. */
const misfits: readonly string[] = [
  `SELECT format('the run of %s for %s issued %s UTC has %d bytes, where its layout needs %d or %d',
      source.name, place.name, datetime(issued_at / 1000, 'unixepoch'), length(data), numbers * 4, numbers * 8)
    FROM run JOIN layout ON layout.id = layout JOIN place ON place.id = place JOIN source ON source.id = source
    WHERE length(data) NOT IN (numbers * 4, numbers * 8)`,
  `SELECT format('the prediction of %s at %s issued %s UTC has blobs of %d, %d and %d bytes, which do not fit together',
      variable.name, place.name, datetime(issued_at / 1000, 'unixepoch'),
      length(valid_times), length(run_times), unpacked_bytes(quantiles))
    FROM prediction JOIN roster ON roster.id = roster
      JOIN place ON place.id = place JOIN variable ON variable.id = variable
    WHERE length(valid_times) <> length(run_times) OR length(valid_times) % 8 <> 0
      OR length(source_times) % max(8, length(valid_times)) <> 0
      OR CASE WHEN json_valid(roster.name) THEN unpacked_bytes(quantiles) * 2 <> length(valid_times)
        * json_array_length(roster.name, '$.contenders') * json_array_length(roster.name, '$.levels') END`,
  `SELECT format('the score of %s for day %d has %d bytes, which are no whole numbers', variable.name, day, length(sums))
    FROM score JOIN variable ON variable.id = variable WHERE length(sums) % 8 <> 0`,
  `SELECT format('layout %d cannot be read', id) FROM layout WHERE NOT json_valid(name)`,
  `SELECT format('roster %d cannot be read', id) FROM roster WHERE NOT json_valid(name)`,
  `SELECT format('variable %s cannot be read', name) FROM variable WHERE NOT json_valid(definition)`,
];

/** Looks for damage, in words; reads the whole file. */
export function sqliteCheck(connection: Connection): readonly string[] {
  connection.define('unpacked_bytes', unpackedBytes);
  const found: string[] = [];
  const look = (work: () => readonly string[]) => {
    try {
      found.push(...work());
    } catch (error) {
      // Damage that stops one question may leave others answerable.
      if (!isWeatherglassError(error, 'InvalidData')) throw error;
      found.push(error.message);
    }
  };
  look(() =>
    connection
      .statement<readonly [string]>(`PRAGMA integrity_check(${TOLD})`)
      .all()
      .map(([line]) => line)
      .filter((line) => line !== 'ok'),
  );
  look(() =>
    connection
      .statement<readonly [string, number, string]>('PRAGMA foreign_key_check')
      .all()
      .slice(0, TOLD)
      .map(([table, row, parent]) => `row ${row} of ${table} points to a ${parent} that is not there`),
  );
  for (const question of misfits)
    look(() =>
      connection
        .statement<readonly [string]>(`${question} LIMIT ${TOLD}`)
        .all()
        .map(([words]) => words),
    );
  return [...new Set(found)];
}

/** Bytes of the numbers in a blob; −1 where it cannot be unpacked. */
function unpackedBytes(blob: Uint8Array): number {
  try {
    return unpackedFloat32s(blob, '').byteLength;
  } catch {
    return -1;
  }
}
