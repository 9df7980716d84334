import type { Command } from 'commander';
import { WeatherglassError } from '../errors.ts';
import { type SensorReport, sensorReport } from '../pipeline/sensor-report.ts';
import { checkPlaces } from '../pipeline/served.ts';
import type { Store } from '../store/store.ts';
import { checkLocation, type Location } from '../weather/location.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { openToRead } from './open-store.ts';
import { parseNumber } from './place-add.ts';
import { parseLead } from './question.ts';
import { storeCommand } from './store-command.ts';
import { decimals, percent, table } from './table.ts';

interface SensorFlags extends CommonFlags {
  readonly latitude?: number;
  readonly longitude?: number;
  readonly elevation?: number;
  readonly lead: number;
}

export function placeSensorCommand(context: Context): Command {
  return storeCommand('sensor', 'what a sensor of your own would buy, at a place or at any point')
    .argument('[name]', 'a place that is followed; or say where by --latitude and --longitude')
    .option('--latitude <degrees>', 'degrees north', parseNumber)
    .option('--longitude <degrees>', 'degrees east', parseNumber)
    .option('--elevation <metres>', 'metres above sea level (default: unknown)', parseNumber)
    .option('--lead <hours>', 'how far ahead, such as 48h', parseLead, 24)
    .action(async (name: string | undefined, flags: SensorFlags) => {
      await using store = await openToRead(configOf(context, flags));
      const reports = await sensorReport(store, await pointOf(store, name, flags), flags.lead);
      context.write(flags.json ? `${JSON.stringify(reports.map(asJson))}\n` : describe(reports, flags.lead));
    });
}

/** @throws WeatherglassError Usage where it is said twice, or not at all, where the sensor would be. */
async function pointOf(store: Store, name: string | undefined, flags: SensorFlags): Promise<Location> {
  const { latitude, longitude, elevation = Number.NaN } = flags;
  const byPoint = latitude !== undefined && longitude !== undefined;
  if ((name === undefined) !== byPoint)
    throw new WeatherglassError(
      'Usage',
      'say where the sensor would be: the name of a place, or --latitude and --longitude',
    );
  if (!byPoint) return (await checkPlaces(store, [name!]))[0];
  const point = { latitude, longitude, elevation };
  checkLocation(point);
  return point;
}

function asJson({
  variable,
  source,
  outcomes,
  places,
  longestLead,
  without,
  withNeighbours,
  withSensor,
  unknown,
}: SensorReport) {
  const { name, unit, transform } = variable;
  return {
    variable: name,
    unit: transform === 'none' ? unit : `√${unit}`,
    source,
    outcomes,
    places,
    longest_lead_hours: longestLead,
    crps_without: without,
    crps_with_neighbours: withNeighbours,
    crps_with_sensor: withSensor,
    unknown_share: unknown,
  };
}

function describe(reports: readonly SensorReport[], lead: number): string {
  const rows = reports.map(({ variable, source, outcomes, places, without, withNeighbours, withSensor }) => [
    variable.name,
    variable.transform === 'none' ? variable.unit : `√${variable.unit}`,
    source,
    decimals(without, 3),
    decimals(withNeighbours, 3),
    decimals(withSensor, 3),
    percent(1 - withSensor / withNeighbours),
    String(outcomes),
    String(places),
  ]);
  return (
    `expected CRPS ${lead} h ahead, by what is known of how places differ\n\n` +
    table([
      [
        'variable',
        'unit',
        'source',
        'no truth',
        'neighbours',
        'own sensor',
        'a sensor buys',
        'outcomes',
        'places',
      ],
      ...rows,
    ]) +
    (reports.some(({ places }) => places < 2)
      ? 'One place alone does not tell how places differ: what a sensor buys is known where several are followed.\n'
      : '') +
    (reports.some(({ longestLead }) => lead > longestLead)
      ? `So far ahead nothing was learned: the numbers are those of ${Math.max(...reports.map(({ longestLead }) => longestLead))} h.\n`
      : '')
  );
}
