import type { Store } from '../store/store.ts';
import {
  askedFor,
  checkCancelled,
  type Exported,
  type ExportQuery,
  flaggedNotice,
  nothingToExport,
  selectionOf,
  type TakeText,
} from './export-selection.ts';
import { instantField, lineWriter, numberField, placeFields } from './table-lines.ts';

const header = 'place,latitude,longitude,elevation,valid_time,known_time,variable,unit,observation';

/**
 * Writes every version of every observation as the table that `import` reads, by place, variable, valid time and time of
 * becoming known. A value that was taken back is an empty field.
 *
 * @throws WeatherglassError NotFound: a place or variable that is not in the store, or nothing to export. Cancelled; what
 *   `take` throws.
 */
export async function exportObservations(
  store: Store,
  query: ExportQuery,
  take: TakeText,
): Promise<Exported> {
  const { places, variables } = await selectionOf(store, query);
  const lines = lineWriter(header, take);
  const [valid, known] = [instantField(), instantField()];
  let flagged = 0;
  for (const [done, place] of places.entries()) {
    const where = placeFields(place);
    for (const { name, unit } of variables)
      for await (const block of store.observations({
        places: [place.name],
        variables: [name],
        validFrom: query.period.from,
        validUntil: query.period.until,
      })) {
        checkCancelled(query);
        for (let row = 0; row < block.rows; row++) {
          if (block.flag[row] !== '') flagged++;
          const times = `${valid(block.validTime[row])},${known(block.knownAt[row])}`;
          lines.add(`${where},${times},${name},${unit},${numberField(block.value[row])}`);
        }
        await lines.pass();
      }
    query.onProgress?.(done + 1, places.length);
  }
  await lines.finish();
  if (lines.rows() === 0)
    throw nothingToExport(`there are no observations${askedFor(query)} in ${store.location}`);
  return {
    rows: lines.rows(),
    notices: flaggedNotice(flagged),
  };
}
