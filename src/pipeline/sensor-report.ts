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
  /** Places that they are of. One alone does not tell how places differ: what depends on it is NaN. */
  readonly places: number;
  /** The longest lead that was learned, hours; beyond it the numbers are those of it. */
  readonly longestLead: number;
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
      const { region } = artefact;
      const places = Object.keys(region.places).length;
      return {
        variable: variables.get(variable)!,
        source,
        outcomes: artefact.trainedOn.rows,
        places,
        longestLead: region.leads.at(-1)!,
        ...sensorWorth(artefact, point, leadHours),
        ...(places < 2 && { without: Number.NaN, withNeighbours: Number.NaN, unknown: 1 }),
      };
    });
  if (reports.length === 0)
    throw new WeatherglassError(
      'NotFound',
      'nothing has been learned of how places differ: `weatherglass train` learns it, from forecasts and at least 20 outcomes',
    );
  return reports;
}
