import { WeatherglassError } from '../errors.ts';
import type { RegionalArtefact } from '../models/regional.ts';
import { type SensorWorth, sensorWorth } from '../models/sensor-worth.ts';
import type { Store } from '../store/store.ts';
import type { Location } from '../weather/location.ts';
import type { Variable } from '../weather/variable.ts';
import { decodeArtefact } from './artefact-codec.ts';

/** What a sensor at a point would buy for one variable, by what one source's forecasts have taught. */
export interface SensorReport extends SensorWorth {
  readonly variable: Variable;
  readonly source: string;
  /** Outcomes that were learned from. */
  readonly outcomes: number;
}

/**
 * What a sensor at a point would buy, variable by variable and source by source, by the newest training.
 *
 * @throws WeatherglassError NotFound where no regional model has been learned yet.
 */
export async function sensorReport(
  store: Store,
  point: Location,
  leadHours: number,
): Promise<SensorReport[]> {
  const variables = new Map((await store.variables()).map((variable) => [variable.name, variable]));
  const stored = await store.artefacts({ models: ['regional'] });
  const reports = stored
    .filter(({ source }) => source !== '')
    .map(({ variable, source, data }): SensorReport => {
      const artefact = decodeArtefact(data) as unknown as RegionalArtefact;
      return {
        variable: variables.get(variable)!,
        source,
        outcomes: artefact.trainedOn.rows,
        ...sensorWorth(artefact, point, leadHours),
      };
    });
  if (reports.length === 0)
    throw new WeatherglassError(
      'NotFound',
      'nothing has been learned of how places differ: `weatherglass train` learns it, from forecasts and at least 20 outcomes',
    );
  return reports;
}
