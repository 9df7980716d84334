import { distanceKm, earthRadiusKm, type Location } from '../weather/location.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { latestReports, metarReadings, metarVariables } from './metar-readings.ts';
import { type MetarEntry, type MetarReply, readMetarReply } from './metar-reply.ts';
import type { Provider, Reading, ReadingsRequest, SourceTools, Station, StationSource } from './source.ts';

export interface MetarSettings {
  /** Base of the data API; for tests, or a mirror. */
  readonly url?: string | undefined;
}

const provider: Provider = {
  name: 'metar',
  title: 'NOAA Aviation Weather Center',
  home: 'https://aviationweather.gov',
  licence: 'public domain (US government)',
  attribution: 'METAR reports: NOAA Aviation Weather Center (https://aviationweather.gov)',
  // It asks for 100 a minute at most.
  limits: [{ calls: 60, seconds: 60 }],
  concurrency: 1,
  wantsContact: false,
};

/** A reply ends, without a word, after so many reports. */
const mostReports = 400;
/** Routine reports come once or twice an hour, specials between them. */
const reportsAnHour = 3;
const daysBack = 15;

/**
 * Reports of airports all over the world, from aviationweather.gov.
 *
 * Requests keep below the number of reports at which a reply ends; a reply that is full is asked for again in halves.
 * Both generations of its JSON are read, that of 2023 and that of 2026.
 */
export function metar({ url = `${provider.home}/api/data` }: MetarSettings = {}): StationSource {
  const ask = async (tools: SourceTools, query: string, about: string, signal: AbortSignal | undefined) => {
    const reply = await tools.ask({ provider, url: `${url}/metar?${query}&format=json`, about, signal });
    return readMetarReply(reply.body);
  };

  async function replies(
    request: ReadingsRequest,
    from: number,
    end: number,
    tools: SourceTools,
  ): Promise<readonly MetarReply[]> {
    const hours = Math.ceil((end - from) / msPerHour);
    const ids = request.stations.map(encodeURIComponent).join(',');
    // Without a date it is the hours up to now.
    const date = end < tools.now() ? `&date=${new Date(end).toISOString().slice(0, 19)}Z` : '';
    const about = request.stations.join(', ');
    const found = await ask(tools, `ids=${ids}&hours=${hours}${date}`, about, request.signal);
    if (!isFull(found) || hours <= 1) return [found];
    const middle = end - Math.floor(hours / 2) * msPerHour;
    return [
      ...(await replies(request, from, middle, tools)),
      ...(await replies(request, middle, end, tools)),
    ];
  }

  async function readings(request: ReadingsRequest, tools: SourceTools): Promise<readonly Reading[]> {
    const { stations, from, until, onUnread } = request;
    if (stations.length === 0) return [];
    const now = tools.now();
    const first = Math.max(from, now - daysBack * msPerDay);
    const step = Math.max(1, Math.floor(mostReports / (reportsAnHour * stations.length))) * msPerHour;
    const found: MetarReply[] = [];
    for (let end = Math.min(until, now); end > first; end -= step)
      found.push(...(await replies(request, Math.max(first, end - step), end, tools)));
    for (const { station, error } of found.flatMap(({ unread }) => unread)) onUnread(station, error);
    const reports = found.flatMap((reply) => reply.reports);
    const wanted = reports.filter(({ icaoId, obsTime }) => {
      const time = obsTime * 1000;
      return time >= from && time < until && stations.includes(icaoId);
    });
    return latestReports(wanted).flatMap(metarReadings);
  }

  async function stationsNear(
    location: Location,
    withinKm: number,
    tools: SourceTools,
    signal?: AbortSignal,
  ): Promise<readonly Station[]> {
    const about = `stations near ${location.latitude}, ${location.longitude}`;
    const within = async (box: Box): Promise<readonly MetarEntry[]> => {
      const found = await ask(tools, `bbox=${box.join(',')}`, about, signal);
      const [south, west, north, east] = box;
      // A station whose report is not understood is not one to offer.
      if (!isFull(found) || north - south < 0.1) return found.reports;
      const middle = outward((south + north) / 2, 1);
      return [...(await within([south, west, middle, east])), ...(await within([middle, west, north, east]))];
    };
    const found: MetarEntry[] = [];
    for (const box of boxesAround(location, withinKm)) found.push(...(await within(box)));
    const stations = new Map(found.flatMap(stationOf).map((station) => [station.id, station]));
    return [...stations.values()]
      .map((station) => ({ station, km: distanceKm(location, station) }))
      .filter(({ km }) => km <= withinKm)
      .sort((one, other) => one.km - other.km)
      .map(({ station }) => station);
  }

  return {
    provider,
    name: 'metar',
    variables: metarVariables,
    covers: ({ latitude, longitude }) => Number.isFinite(latitude) && Number.isFinite(longitude),
    stationsNear,
    daysBack,
    stationsAtOnce: 20,
    every: 10 * 60_000,
    readings,
  };
}

function isFull({ reports, unread }: MetarReply): boolean {
  return reports.length + unread.length >= mostReports;
}

/** None where the coordinates are missing. The elevation is in metres, unlike that of clouds. */
function stationOf({ icaoId, name, lat, lon, elev }: MetarEntry): Station[] {
  const [latitude, longitude, height] = [lat ?? NaN, lon ?? NaN, elev ?? NaN];
  // Its lists of stations write an unknown latitude as −99.99 and an unknown elevation as 9999.
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return [];
  const elevation = height > -500 && height < 9000 ? height : NaN;
  return [{ id: icaoId, name: name ?? icaoId, latitude, longitude, elevation }];
}

type Box = readonly [south: number, west: number, north: number, east: number];

/** The box that holds all within a distance; two where it crosses the 180th meridian. */
function boxesAround({ latitude, longitude }: Location, withinKm: number): readonly Box[] {
  const radians = withinKm / earthRadiusKm;
  const half = (180 / Math.PI) * radians;
  const south = outward(latitude - half, -1);
  const north = outward(latitude + half, 1);
  if (south <= -90 || north >= 90) return [[Math.max(-90, south), -180, Math.min(90, north), 180]];
  // Widest not at the location itself but a little nearer to the pole.
  const halfWidth = (180 / Math.PI) * Math.asin(Math.sin(radians) / Math.cos((latitude * Math.PI) / 180));
  const west = outward(longitude - halfWidth, -1);
  const east = outward(longitude + halfWidth, 1);
  if (west < -180)
    return [
      [south, outward(west + 360, -1), north, 180],
      [south, -180, north, east],
    ];
  if (east > 180)
    return [
      [south, west, north, 180],
      [south, -180, north, outward(east - 360, 1)],
    ];
  return [[south, west, north, east]];
}

/** To hundredths of a degree, downwards or upwards. */
function outward(degrees: number, direction: 1 | -1): number {
  return (direction * Math.ceil(direction * degrees * 100)) / 100;
}
