import { formatInstant } from '../weather/time.ts';
import { quoted } from './export-line.ts';
import type { FoundPlace } from './find-place.ts';
import type { PredictedBlock } from './predict-many.ts';
import {
  type OpenPredictionTable,
  type PredictionTable,
  predictionColumns,
  quantileColumn,
  type TableOf,
  type TakePiece,
} from './prediction-table.ts';
import { lineWriter, numberField } from './table-lines.ts';

/** How a line is put together: place, then row, then each quantile behind its name, then the end. */
interface LineFormat {
  readonly header: string | undefined;
  readonly place: (found: FoundPlace) => string;
  readonly row: (variable: string, unit: string, validTime: number, runTime: number) => string;
  /** What stands before each quantile. */
  readonly names: readonly string[];
  readonly missing: string;
  readonly end: string;
}

/** One line a value predicted, the header first. */
export const predictionCsv: OpenPredictionTable = (of, take) =>
  openLines(of, take, {
    header: [...predictionColumns, ...of.levels.map(quantileColumn)].join(','),
    place: ({ name, latitude, longitude, distanceKm }) =>
      `${quoted(name)},${numberField(latitude)},${numberField(longitude)},${distanceKm}`,
    row: (variable, unit, validTime, runTime) =>
      `,${variable},${quoted(unit)},${formatInstant(validTime)},${formatInstant(runTime)}`,
    names: of.levels.map(() => ','),
    missing: '',
    end: '',
  });

/** One flat JSON object a value predicted. */
export const predictionNdjson: OpenPredictionTable = (of, take) => {
  const number = (value: number) => numberField(value) || 'null';
  return openLines(of, take, {
    header: undefined,
    place: ({ name, latitude, longitude, distanceKm }) =>
      `{"place":${JSON.stringify(name)},"latitude":${number(latitude)},"longitude":${number(longitude)},"distance_km":${distanceKm}`,
    row: (variable, unit, validTime, runTime) =>
      `,"variable":${JSON.stringify(variable)},"unit":${JSON.stringify(unit)},"valid_time":"${formatInstant(validTime)}","run_time":"${formatInstant(runTime)}"`,
    names: of.levels.map((level) => `,"${quantileColumn(level)}":`),
    missing: 'null',
    end: '}',
  });
};

function openLines({ found }: TableOf, take: TakePiece, format: LineFormat): PredictionTable {
  const { header, place, row, names, missing, end } = format;
  const lines = lineWriter(header, take);
  return {
    rows: lines.rows,
    async add({ predicted, quantiles }: PredictedBlock) {
      const middles = new Map<unknown, readonly string[]>();
      for (const { index, rows, at } of predicted) {
        // Places of a block have their rows in common, all but a few.
        let middle = middles.get(rows);
        if (middle === undefined)
          middles.set(
            rows,
            (middle = rows.variables.flatMap(({ name, unit, validTimes, runTimes }) =>
              Array.from(validTimes, (time, k) => row(name, unit, time, runTimes[k])),
            )),
          );
        const start = place(found[index]);
        let k = at;
        for (const text of middle) {
          let line = start + text;
          for (const name of names) line += name + quantileText(quantiles[k++], missing);
          lines.add(line + end);
        }
        await lines.pass();
      }
    },
    finish: lines.finish,
  };
}

/**
 * A quantile with six significant digits, as many as single precision holds for sure: more would be noise, such as
 * 3.4000000953674316 for 3.4.
 */
export function quantileText(value: number, missing = ''): string {
  const size = Math.abs(value);
  // The same digits as by toPrecision, several times as fast.
  if (size >= 1 && size < 1000) {
    const unit = size < 10 ? 1e5 : size < 100 ? 1e4 : 1e3;
    return String(Math.round(value * unit) / unit);
  }
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : missing;
}
