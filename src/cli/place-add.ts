import { type Command, InvalidArgumentError } from 'commander';
import { WeatherglassError } from '../errors.ts';
import { zoneOf } from '../sources/zone.ts';
import { explainDecimal, parseDecimal } from '../tables/decimal.ts';
import { checkPlace, type FollowedPlace } from '../weather/place.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { openToWrite } from './open-store.ts';
import { placeName } from './place-name.ts';
import { describePlace, placeJson } from './place-text.ts';
import { storeCommand } from './store-command.ts';

interface AddFlags extends CommonFlags {
  readonly latitude: number;
  readonly longitude: number;
  readonly elevation?: number;
  readonly zone?: string;
  readonly replace?: boolean;
}

export function placeAddCommand(context: Context): Command {
  return storeCommand('add', 'follow a place; makes a store where there is none')
    .argument('<name>', 'in quotes if there are spaces in it')
    .requiredOption('--latitude <degrees>', 'degrees north', parseNumber)
    .requiredOption('--longitude <degrees>', 'degrees east', parseNumber)
    .option('--elevation <metres>', 'metres above sea level (default: unknown)', parseNumber)
    .option('--zone <name>', 'time zone, such as Europe/Berlin (default: that of the coordinates)')
    .option('--replace', 'give a place that is followed already these coordinates')
    .action(async (name: string, flags: AddFlags) => {
      const wanted = placeOf(name, flags);
      await using store = await openToWrite(configOf(context, flags), true);
      const known = (await store.places()).find((one) => one.name === wanted.name);
      const place = known === undefined || flags.replace ? wanted : completed(known, wanted, flags);
      const { places } = await store.write({ places: [place] });
      const what =
        places === 0 ? 'is followed already' : known === undefined ? 'is followed now' : 'is changed';
      context.write(
        flags.json
          ? `${JSON.stringify({ ...placeJson(place), changed: places > 0 })}\n`
          : `${place.name} ${what}: ${describePlace(place)}\n`,
      );
    });
}

/** The place that the flags describe. @throws WeatherglassError InvalidData for one that cannot be. */
function placeOf(
  name: string,
  { latitude, longitude, elevation = Number.NaN, zone }: AddFlags,
): FollowedPlace {
  const place = { name: placeName(name), latitude, longitude, elevation };
  checkPlace({ ...place, zone: zone ?? 'UTC' });
  return { ...place, zone: zone ?? zoneOf(place) };
}

/**
 * A place that is followed already, with what was not known of it before.
 *
 * @throws WeatherglassError Usage where it is known otherwise.
 */
function completed(known: FollowedPlace, wanted: FollowedPlace, flags: AddFlags): FollowedPlace {
  const nowhere = Number.isNaN(known.latitude);
  const differs = (['latitude', 'longitude', 'elevation'] as const).some(
    (key) => !Number.isNaN(known[key] + wanted[key]) && known[key] !== wanted[key],
  );
  if (differs || (flags.zone !== undefined && flags.zone !== known.zone && !nowhere))
    throw new WeatherglassError(
      'Usage',
      `${known.name} is followed already, ${describePlace(known)}: say --replace to change it, or choose another name`,
    );
  return {
    ...wanted,
    elevation: Number.isNaN(wanted.elevation) ? known.elevation : wanted.elevation,
    zone: nowhere ? wanted.zone : known.zone,
  };
}

export function parseNumber(text: string): number {
  const value = parseDecimal(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError(`${JSON.stringify(text)}: ${explainDecimal(text)}`);
  return value;
}
