/** What is known, beside its code, of the hour that a weather code belongs to; NaN where it is not known. */
export interface HourOfCode {
  /** Median of the calibrated precipitation of the hour, mm. */
  readonly precipitation: number;
  /** °C. */
  readonly temperature: number;
  /** %. */
  readonly cloudCover: number;
  /** Snow that the forecast has for the hour, cm. */
  readonly snowfall?: number | undefined;
}

/** From so many mm an hour counts as wet. */
const wetFrom = 0.1;
/** What falls below so many °C, without a word of the forecast, is snow. */
const snowBelow = 1;

/** From so many mm in an hour on it is moderate, and heavy. */
type Intensities = readonly [moderate: number, heavy: number];
const rainIntensities: Intensities = [2.5, 7.6];
const snowIntensities: Intensities = [1, 5];
const drizzleIntensities: Intensities = [0.5, 1];
/** More than this in an hour is no drizzle. */
const drizzleBelow = 1.3;

type Codes = readonly [slight: number, moderate: number, heavy: number];
const rain: Codes = [61, 63, 65];
const freezingRain: Codes = [66, 67, 67];
const snow: Codes = [71, 73, 75];

/** Kinds of weather that come in intensities; sets of codes do not overlap. */
const graded: readonly (readonly [Codes, Intensities])[] = [
  [rain, rainIntensities],
  [freezingRain, rainIntensities],
  [[80, 81, 82], rainIntensities],
  [snow, snowIntensities],
  [[85, 86, 86], snowIntensities],
];
const drizzles: readonly (readonly [drizzle: Codes, rain: Codes])[] = [
  [[51, 53, 55], rain],
  [[56, 57, 57], freezingRain],
];

/** Sky and fog. */
const dryCodes = [0, 1, 2, 3, 45, 48];
/** Snow grains, thunder: nothing falls in intensities that would follow from an amount. */
const otherWetCodes = [77, 95, 96, 99];

/**
 * A forecast's weather code, made consistent with the calibrated rain of its hour.
 *
 * | calibrated rain | code of the forecast | becomes |
 * | --- | --- | --- |
 * | missing | any | stays |
 * | any | missing, or not of Open-Meteo's set | stays |
 * | < 0.1 mm | sky 0–3, fog 45, 48 | stays |
 * | < 0.1 mm | rain, snow, thunder | sky by cloud cover: 0 below 20 %, 1 below 50 %, 2 below 80 %, else 3; stays without one |
 * | ≥ 0.1 mm | sky or fog | snow 71–75 where snowfall is forecast, or else below 1 °C; rain 61–65 where not; stays if neither is known |
 * | ≥ 0.1 mm | drizzle 51–55, freezing 56–57 | that of the amount: from 0.5 mm moderate, from 1 mm dense, from 1.3 mm rain 61–65, freezing 66–67 |
 * | ≥ 0.1 mm | rain 61–65, freezing 66–67, showers 80–82 | that of the amount: below 2.5 mm slight, below 7.6 mm moderate, else heavy |
 * | ≥ 0.1 mm | snow 71–75, showers 85–86 | that of the amount as water: below 1 mm slight, below 5 mm moderate, else heavy; showers are slight or heavy |
 * | ≥ 0.1 mm | snow grains 77, thunder 95–99 | stays |
 *
 * What falls, rain or snow or freezing rain, is taken from the forecast if it is wet: its model knows the air above.
 *
 * Sources: codes, cloud cover and drizzle as Open-Meteo makes them (open-meteo.com/en/docs, WMO code table 4677); rain,
 * AMS Glossary of Meteorology, entry "rain"; snow, WMO-No. 8, criteria for the intensity of precipitation.
 *
 * @example consistentWeatherCode(63, { precipitation: 0, temperature: 12, cloudCover: 60 }); // 2
 */
export function consistentWeatherCode(code: number, hour: HourOfCode): number {
  const { precipitation } = hour;
  const isDry = dryCodes.includes(code);
  const drizzle = drizzles.find(([codes]) => codes.includes(code));
  const kind = graded.find(([codes]) => codes.includes(code));
  const isWet = drizzle !== undefined || kind !== undefined || otherWetCodes.includes(code);
  if (Number.isNaN(precipitation) || !(isDry || isWet)) return code;

  if (precipitation < wetFrom) return isWet ? skyCode(hour.cloudCover, code) : code;
  if (isDry) return fallingCode(hour, code);
  if (drizzle !== undefined && precipitation < drizzleBelow)
    return codeOf(drizzle[0], drizzleIntensities, precipitation);
  if (drizzle !== undefined) return codeOf(drizzle[1], rainIntensities, precipitation);
  return kind === undefined ? code : codeOf(kind[0], kind[1], precipitation);
}

function skyCode(cloudCover: number, otherwise: number): number {
  if (Number.isNaN(cloudCover)) return otherwise;
  return cloudCover < 20 ? 0 : cloudCover < 50 ? 1 : cloudCover < 80 ? 2 : 3;
}

/** Of an hour that the forecast thought dry: its snowfall of 0 says nothing then. */
function fallingCode({ precipitation, temperature, snowfall = NaN }: HourOfCode, otherwise: number): number {
  if (snowfall > 0 || temperature < snowBelow) return codeOf(snow, snowIntensities, precipitation);
  if (Number.isNaN(temperature)) return otherwise;
  return codeOf(rain, rainIntensities, precipitation);
}

function codeOf([slight, moderate, heavy]: Codes, intensities: Intensities, amount: number): number {
  return amount < intensities[0] ? slight : amount < intensities[1] ? moderate : heavy;
}
