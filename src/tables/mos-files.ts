import { Buffer } from 'node:buffer';
import type { TablePlace } from '../weather/pairs.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { readFileBytes, totalFileBytes } from './file-bytes.ts';
import { orderForecastColumns } from './forecast-columns.ts';
import { float64Column, int32Column } from './growable-column.ts';
import { isMosHeading, type MosBulletin, readMosBulletins } from './mos-bulletin.ts';
import type { PairsTable } from './pairs-csv.ts';
import type { TableOptions } from './read-rows.ts';
import { tableError } from './table-error.ts';

/** Where a text that begins otherwise, say with the heading of a transmission, must come to its first bulletin. */
const LINES_BEFORE = 20;

/**
 * Whether a file holds bulletins: by its name, `.mos`, or by what a `.txt` begins with; either may be gzipped.
 *
 * @throws what {@link readFileBytes} throws.
 */
export async function isMosFile(file: string, signal?: AbortSignal): Promise<boolean> {
  if (/\.mos(\.gz)?$/.test(file)) return true;
  if (!/\.txt(\.gz)?$/.test(file)) return false;
  for await (const { bytes } of readFileBytes(file, signal))
    return bytes.toString('latin1').split('\n', LINES_BEFORE).some(isMosHeading);
  return false;
}

/**
 * Reads files of MOS bulletins, all of one kind, as pairs without observations. Places are named as the bulletins name
 * their stations, and have no coordinates. A bulletin that is repeated word for word is left out and counted.
 *
 * @throws WeatherglassError InvalidData, naming file and line, as {@link readMosBulletins}; also for bulletins of several
 *   kinds, and for two that say different things for one station and cycle. What {@link readFileBytes} throws.
 */
export async function readMosFiles(
  files: readonly string[],
  { signal, onProgress }: TableOptions = {},
): Promise<PairsTable & { readonly source: string }> {
  const total = await totalFileBytes(files);
  const bulletins = new Map<string, MosBulletin>();
  let [before, rows, repeated] = [0, 0, 0];
  let kind: MosBulletin['kind'] | undefined;
  for (const file of files) {
    const chunks: Buffer[] = [];
    let bytesRead = 0;
    for await (const chunk of readFileBytes(file, signal)) {
      chunks.push(Buffer.from(chunk.bytes));
      bytesRead = chunk.bytesRead;
      onProgress?.(before + bytesRead, total);
    }
    before += bytesRead;
    for (const one of readMosBulletins(Buffer.concat(chunks).toString('latin1'), file)) {
      kind ??= one.kind;
      if (one.kind !== kind)
        throw tableError(
          { file, line: one.line },
          `a bulletin of the kind ${one.kind.name} stands among those of ${kind.name}; give each kind a file of its own.`,
        );
      const key = `${one.station} ${one.issuedAt}`;
      const known = bulletins.get(key);
      rows += rowsOf(one);
      if (known === undefined) bulletins.set(key, one);
      else if (isSame(known, one)) repeated += rowsOf(one);
      else
        throw tableError(
          { file, line: one.line },
          `there are two different bulletins for ${one.station}, ${formatInstant(one.issuedAt)}; keep the one that counts.`,
        );
    }
  }
  const pairs = pairsOf([...bulletins.values()], kind?.columns ?? []);
  return {
    pairs,
    counts: {
      rows,
      identicalDuplicates: repeated,
      missingOutcomes: pairs.rows,
      broughtToBounds: 0,
      movedPlaces: [],
    },
    // That there is no observation goes without saying.
    notices: repeated > 0 ? [`${repeated} of ${rows} rows are repeated and were left out.`] : [],
    source: kind?.source ?? '',
  };
}

function rowsOf({ series }: MosBulletin): number {
  return series.reduce((sum, { leads }) => sum + leads.length, 0);
}

function isSame({ series }: MosBulletin, other: MosBulletin): boolean {
  const told = (all: MosBulletin['series']) =>
    JSON.stringify(all.map(({ variable, leads, values }) => [variable, leads, [...values]]));
  return told(series) === told(other.series);
}

/** The bulletins as a table, one row a station, cycle, variable and lead. */
function pairsOf(bulletins: readonly MosBulletin[], names: readonly string[]): PairsTable['pairs'] {
  const rows = bulletins.reduce((sum, one) => sum + rowsOf(one), 0);
  const columns = {
    place: int32Column(),
    variable: int32Column(),
    initTime: float64Column(),
    validTime: float64Column(),
    availableTime: float64Column(),
    forecasts: float64Column(names.length),
    observation: float64Column(),
  };
  for (const column of Object.values(columns)) column.reserve(rows);
  columns.observation.values.fill(Number.NaN);
  const lead = new Float32Array(new SharedArrayBuffer(4 * rows));
  const places: TablePlace[] = [];
  const placeOf = new Map<string, number>();
  const variables: Variable[] = [];
  let row = 0;
  for (const { station, issuedAt, kind, series } of bulletins) {
    let place = placeOf.get(station);
    if (place === undefined) {
      placeOf.set(station, (place = places.length));
      places.push({ name: station, latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN });
    }
    for (const { variable: name, leads, values } of series) {
      let variable = variables.findIndex((one) => one.name === name);
      if (variable < 0) variable = variables.push(findVariable(name)) - 1;
      columns.forecasts.values.set(values, row * names.length);
      for (const hours of leads) {
        columns.place.values[row] = place;
        columns.variable.values[row] = variable;
        columns.initTime.values[row] = issuedAt;
        columns.validTime.values[row] = issuedAt + hours * msPerHour;
        columns.availableTime.values[row] = issuedAt + kind.hoursUntilOut * msPerHour;
        lead[row++] = hours;
      }
    }
  }
  return {
    rows,
    places,
    variables,
    ...orderForecastColumns(names),
    place: columns.place.first(rows),
    variable: columns.variable.first(rows),
    initTime: columns.initTime.first(rows),
    validTime: columns.validTime.first(rows),
    lead,
    availableTime: columns.availableTime.first(rows),
    outcomeKnownTime: columns.validTime.first(rows),
    forecasts: columns.forecasts.first(rows),
    observation: columns.observation.first(rows),
  };
}
