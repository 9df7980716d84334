import { WeatherglassError } from '../errors.ts';
import { predictionCsv, predictionNdjson } from './prediction-lines.ts';
import type { OpenPredictionTable } from './prediction-table.ts';

/** By how the file's name ends: a new format is a line here. */
const formats: Readonly<Record<string, () => OpenPredictionTable | Promise<OpenPredictionTable>>> = {
  '.csv': () => predictionCsv,
  '.csv.gz': () => predictionCsv,
  '.ndjson': () => predictionNdjson,
  '.ndjson.gz': () => predictionNdjson,
  // Loaded when it is needed: no other command shall wait for it.
  '.parquet': async () => (await import('./prediction-parquet.ts')).predictionParquet,
};

/** @throws WeatherglassError Usage: no format for a name that ends so. */
export async function predictionFormat(file: string): Promise<OpenPredictionTable> {
  const endings = Object.keys(formats);
  const ending = endings.find((one) => file.endsWith(one));
  if (ending === undefined)
    throw new WeatherglassError(
      'Usage',
      `${JSON.stringify(file)} says no format: let it end in ${endings.slice(0, -1).join(', ')} or ${endings.at(-1)}`,
    );
  return formats[ending]();
}
