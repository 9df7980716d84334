import type { Location } from '../src/weather/location.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';

/** The weather of a place at a time; sums, means and maxima are those of the hour that ends then. */
export interface SimulatedState {
  /** °C. */
  readonly temperature: number;
  /** °C, never above the temperature. */
  readonly dewPoint: number;
  /** %. */
  readonly relativeHumidity: number;
  /** hPa at sea level. */
  readonly pressure: number;
  /** hPa at the ground. */
  readonly surfacePressure: number;
  /** m/s. */
  readonly windSpeed: number;
  readonly windGust: number;
  /** Degrees from which it blows, 0 ≤ d < 360. */
  readonly windDirection: number;
  /** mm, with melted snow. */
  readonly precipitation: number;
  /** cm. */
  readonly snowfall: number;
  /** %. */
  readonly cloudCover: number;
  /** W/m². */
  readonly radiation: number;
  /** Sine of the sun's height in the middle of the hour. */
  readonly sun: number;
  /** m. */
  readonly visibility: number;
  /** As the WMO codes present weather, in Open-Meteo's choice. */
  readonly weatherCode: number;
}

const daysPerYear = 365.2425;

/** Where the climate's formulas need it. */
function solarTurn(longitude: number, time: number): number {
  return (2 * Math.PI * ((time / msPerHour + longitude / 15) % 24)) / 24;
}

/** Mean temperature of a place by season and local solar time (warmest at 15 h), °C. */
export function climateOf({ latitude, longitude, elevation }: Location, time: number): number {
  const north = (latitude * Math.PI) / 180;
  const year = (2 * Math.PI * (time / msPerDay - 200)) / daysPerYear;
  return (
    27 -
    36 * Math.sin(north) ** 2 -
    0.0065 * elevation +
    12 * Math.sin(north) * Math.cos(year) +
    (1 + 3.5 * Math.cos(north)) * Math.cos(solarTurn(longitude, time) - (2 * Math.PI * 15) / 24)
  );
}

/** Of a standard normal number 25 % are above. */
const wetAbove = 0.6744897501960817;
/** Rain of less than this is none, mm. */
const leastRain = 0.1;

/**
 * The weather that pieces make (see simulated-weather.ts for their order), by formulas of our own that are consistent
 * rather than true: it rains a quarter of all hours, from cloud only; snow below 0.7 °C; humidity by Magnus' formula;
 * radiation is 0 while the sun is down and less under cloud.
 */
export function stateOf(site: Location, time: number, pieces: Float64Array): SimulatedState {
  const temperature = pieces[0];
  const solar = solarTurn(site.longitude, time);
  const excess = pieces[4] - wetAbove;
  const precipitation = excess > 0 ? leastRain + 1.8 * excess ** 1.7 : 0;
  const wet = precipitation > 0;

  const root = Math.max(0, 1.7 + 0.5 * pieces[6] - 0.25 * pieces[4] - 0.4 * Math.cos(solar - 0.8));
  const dewPoint = temperature - Math.min(25, 0.2 + root * root);
  const relativeHumidity = Math.min(100, 100 * Math.exp(magnus(dewPoint) - magnus(temperature)));

  const windRoot = Math.max(0, pieces[1]);
  const windSpeed = windRoot * windRoot;
  const windGust = windSpeed * 1.35 + 0.8 * windRoot + (wet ? 0.3 * precipitation : 0);
  const turn = (Math.atan2(pieces[2] + 0.6, pieces[3] + 0.2) * 180) / Math.PI;

  const clear = Math.min(100, Math.max(0, 50 + 45 * pieces[5]));
  const cloudCover = wet ? Math.max(70, clear) : clear;
  const sun = sunHeight(site, time - msPerHour / 2);
  const radiation = sun > 0 ? 1050 * sun ** 1.15 * (1 - 0.72 * (cloudCover / 100) ** 2.5) : 0;

  const damp = relativeHumidity > 92 ? 0.08 + 0.92 * ((100 - relativeHumidity) / 8) : 1;
  const visibility = Math.max(100, (24_140 * damp) / (1 + 0.6 * precipitation));
  const snow = wet && temperature < 0.7;
  return {
    temperature,
    dewPoint,
    relativeHumidity,
    pressure: pieces[7],
    surfacePressure: pieces[7] * (1 - (0.0065 * site.elevation) / 288.15) ** 5.255,
    windSpeed,
    windGust,
    windDirection: (turn + 360) % 360,
    precipitation,
    snowfall: snow ? 0.7 * precipitation : 0,
    cloudCover,
    radiation,
    sun,
    visibility,
    weatherCode: codeOf(precipitation, snow, visibility, cloudCover),
  };
}

function magnus(temperature: number): number {
  return (17.625 * temperature) / (243.04 + temperature);
}

/** Sine of the sun's height over the horizon. */
function sunHeight({ latitude, longitude }: Location, time: number): number {
  const north = (latitude * Math.PI) / 180;
  const declination =
    ((-23.44 * Math.PI) / 180) * Math.cos((2 * Math.PI * (time / msPerDay + 10)) / daysPerYear);
  const hourAngle = solarTurn(longitude, time) - Math.PI;
  return (
    Math.sin(north) * Math.sin(declination) + Math.cos(north) * Math.cos(declination) * Math.cos(hourAngle)
  );
}

function codeOf(precipitation: number, snow: boolean, visibility: number, cloudCover: number): number {
  if (snow) return precipitation > 2.5 ? 75 : precipitation > 1 ? 73 : 71;
  if (precipitation > 0.5) return precipitation > 7.6 ? 65 : precipitation > 2.5 ? 63 : 61;
  if (precipitation > 0) return 51;
  if (visibility < 1000) return 45;
  return cloudCover > 87.5 ? 3 : cloudCover > 50 ? 2 : cloudCover > 12.5 ? 1 : 0;
}
