import { distanceKm } from '../weather/location.ts';
import type { TablePlace } from '../weather/pairs.ts';
import type { MovedPlace } from './place-column.ts';

/** What someone should know about tables that could be read. */
export interface TableCounts {
  /** Rows in the files, duplicates included. */
  readonly rows: number;
  /** Rows left out because an earlier one says the same in every column. */
  readonly identicalDuplicates: number;
  /** Rows kept whose observation is missing. */
  readonly missingOutcomes: number;
  /** Values a little beyond their variable's bounds, set to the bound. */
  readonly broughtToBounds: number;
  readonly movedPlaces: readonly MovedPlace[];
}

/** How many values are NaN. */
export function countMissing(values: Float64Array): number {
  let missing = 0;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) missing++;
  return missing;
}

/** The counts as sentences, for a terminal or a page; those that are zero are silent. */
export function tableNotices(counts: TableCounts): string[] {
  const { rows, identicalDuplicates, missingOutcomes, broughtToBounds, movedPlaces } = counts;
  const kept = rows - identicalDuplicates;
  const notices: string[] = [];
  if (identicalDuplicates > 0)
    notices.push(`${identicalDuplicates} of ${rows} rows are repeated and were left out.`);
  if (missingOutcomes === kept) notices.push('No row has an observation.');
  else if (missingOutcomes > 0) notices.push(`${missingOutcomes} of ${kept} rows have no observation.`);
  if (broughtToBounds > 0) {
    notices.push(
      `${broughtToBounds} values are a little beyond their variable's bounds and were set to the bound.`,
    );
  }
  if (movedPlaces.length > 0) notices.push(moveNotice(movedPlaces));
  return notices;
}

/** One sentence for all of them, with the longest move: a long list would hide everything else. */
function moveNotice(movedPlaces: readonly MovedPlace[]): string {
  // A place without coordinates can differ in its elevation alone; its distance is NaN.
  const distances = movedPlaces.map(({ kept, found }) => distanceKm(kept, found) || 0);
  const { kept, found, file, line } = movedPlaces[distances.indexOf(Math.max(...distances))];
  const several = movedPlaces.length > 1;
  return (
    `${movedPlaces.length} place${several ? 's have' : ' has'} more than one location, of which the first was kept: ` +
    `${several ? 'the farthest is ' : ''}"${kept.name}" at ${describe(kept)}, then at ${describe(found)} ` +
    `(${file}, line ${line}).`
  );
}

function describe({ latitude, longitude, elevation }: TablePlace): string {
  const height = Number.isNaN(elevation) ? '' : `, ${elevation} m`;
  return `${latitude}, ${longitude}${height}`;
}
