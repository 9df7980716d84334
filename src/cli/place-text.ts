import type { PlaceReport } from '../pipeline/place-report.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { instantOrNull, instantText } from './store-command.ts';
import { table } from './table.ts';

/** Such as `59.9, 10.7, 94 m, Europe/Oslo`. */
export function describePlace({ latitude, longitude, elevation, zone }: FollowedPlace): string {
  const where = Number.isNaN(latitude) ? 'coordinates unknown' : `${latitude}, ${longitude}`;
  return `${where}${Number.isNaN(elevation) ? '' : `, ${elevation} m`}, ${zone}`;
}

export function describeReport({ place, runs, outcomes, predictions }: PlaceReport): string {
  const parts = [`${place.name}: ${describePlace(place)}\n`];
  if (outcomes.length > 0)
    parts.push(
      table([
        ['outcomes', 'unit', 'count', 'flagged', 'first', 'newest', 'from'],
        ...outcomes.map((one) => [
          one.variable,
          one.unit,
          String(one.count),
          String(one.flagged),
          instantText(one.from),
          instantText(one.until),
          one.origins.join(', '),
        ]),
      ]),
    );
  if (runs.length > 0)
    parts.push(
      table([
        ['runs of', 'count', 'first issue', 'newest issue', 'newest arrival'],
        ...runs.map((one) => [
          one.source,
          String(one.count),
          instantText(one.from),
          instantText(one.until),
          instantText(one.knownUntil),
        ]),
      ]),
    );
  if (predictions.length > 0)
    parts.push(
      table([
        ['predictions of', 'count', 'first issue', 'newest issue', 'reach until'],
        ...predictions.map((one) => [
          one.variable,
          String(one.count),
          instantText(one.from),
          instantText(one.until),
          instantText(one.reach),
        ]),
      ]),
    );
  if (parts.length === 1) parts.push('no forecasts and no outcomes yet\n');
  return parts.join('\n');
}

/** A place as other programs read it; null is unknown. */
export function placeJson({ name, latitude, longitude, elevation, zone }: FollowedPlace) {
  return {
    name,
    latitude: numberOrNull(latitude),
    longitude: numberOrNull(longitude),
    elevation: numberOrNull(elevation),
    zone,
  };
}

/** A report as other programs read it. */
export function reportJson({ place, runs, outcomes, predictions }: PlaceReport) {
  const ends = (one: { readonly from: number; readonly until: number }) => ({
    from: instantOrNull(one.from),
    until: instantOrNull(one.until),
  });
  return {
    ...placeJson(place),
    outcomes: outcomes.map((one) => ({ ...one, ...ends(one) })),
    runs: runs.map((one) => ({ ...one, ...ends(one), knownUntil: instantOrNull(one.knownUntil) })),
    predictions: predictions.map((one) => ({ ...one, ...ends(one), reach: instantOrNull(one.reach) })),
  };
}

export function numberText(value: number): string {
  return Number.isNaN(value) ? '–' : String(value);
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
