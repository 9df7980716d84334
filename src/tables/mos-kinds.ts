import { converter } from '../weather/units.ts';

/** One line of a bulletin that is read, and what becomes of it. */
export interface MosElement {
  /** The line's first word. */
  readonly line: string;
  readonly variable: string;
  /** From the bulletin's unit to the variable's. */
  readonly convert: (value: number) => number;
  /** The line with its standard deviation, where the bulletin has one. */
  readonly spread?: { readonly line: string; readonly convert: (value: number) => number };
  /** Numbers that stand for a missing value, besides a blank. */
  readonly missing: readonly number[];
}

/** A kind of bulletin. */
export interface MosKind {
  /** As the weather service calls it. */
  readonly name: string;
  /** What its runs are kept under. */
  readonly source: string;
  readonly columns: readonly string[];
  /** Hours from its cycle until it is out, at the earliest: it is not known before. */
  readonly hoursUntilOut: number;
  readonly elements: readonly MosElement[];
}

const celsius = converter('°F', '°C');
const metresPerSecond = converter('kn', 'm/s');
const asItIs = (value: number) => value;
/** A difference of temperatures has no zero. */
const differenceInKelvin = (fahrenheit: number) => (fahrenheit * 5) / 9;
/** Tens of degrees. 0 is a calm, which has no direction; north is 36. */
const degrees = (tens: number) => (tens === 0 ? Number.NaN : tens * 10);

const gfsMissing = [999];
/** Of wind, a GFS bulletin writes 99 too. */
const gfsWindMissing = [99, 999];
const blendMissing = [-99];

const gfsTemperatures: readonly MosElement[] = [
  { line: 'TMP', variable: 'temperature_2m', convert: celsius, missing: gfsMissing },
  { line: 'DPT', variable: 'dew_point_2m', convert: celsius, missing: gfsMissing },
];

const blendElements: readonly MosElement[] = [
  blendElement('TMP', 'temperature_2m', celsius, { line: 'TSD', convert: differenceInKelvin }),
  blendElement('DPT', 'dew_point_2m', celsius, { line: 'DSD', convert: differenceInKelvin }),
  blendElement('SKY', 'cloud_cover', asItIs, { line: 'SSD', convert: asItIs }),
  blendElement('WSP', 'wind_speed_10m', metresPerSecond, { line: 'WSD', convert: metresPerSecond }),
  { line: 'WDR', variable: 'wind_direction_10m', convert: degrees, missing: blendMissing },
  blendElement('GST', 'wind_gusts_10m', metresPerSecond, { line: 'GSD', convert: metresPerSecond }),
];

function blendElement(
  line: string,
  variable: string,
  convert: (value: number) => number,
  spread: NonNullable<MosElement['spread']>,
): MosElement {
  return { line, variable, convert, spread, missing: blendMissing };
}

/**
 * The kinds of bulletins that are read: GFS MOS of the short (MAV) and the extended range (MEX), and the hourly, short and
 * extended ones of the National Blend of Models. MEX says the strongest of the 12 hours' winds, the others that of the
 * hour.
 *
 * Left out is what is no variable here, or not one of ours: the extremes of day and night (`X/N`, `TXN`), which are those of
 * 12 or 18 hours and not of a local day; chances and categories of rain, clouds, ceiling and visibility; visibility in
 * miles, which ends at 10; radiation of an instant.
 *
 * Source: vlab.noaa.gov/web/mdl, the cards of MAV, MEX and the NBM text bulletins (4.1 and 4.2).
 */
export const mosKinds: readonly MosKind[] = [
  {
    name: 'MAV',
    source: 'mos-mav',
    columns: ['model_mav'],
    hoursUntilOut: 3,
    elements: [
      ...gfsTemperatures,
      { line: 'WSP', variable: 'wind_speed_10m', convert: metresPerSecond, missing: gfsWindMissing },
      { line: 'WDR', variable: 'wind_direction_10m', convert: degrees, missing: gfsWindMissing },
    ],
  },
  {
    name: 'MEX',
    source: 'mos-mex',
    columns: ['model_mex'],
    hoursUntilOut: 4,
    elements: [
      ...gfsTemperatures,
      {
        line: 'WND',
        variable: 'wind_speed_10m_max_12h',
        convert: metresPerSecond,
        missing: gfsWindMissing,
      },
    ],
  },
  ...['NBH', 'NBS', 'NBE'].map((name) => ({
    name,
    source: `nbm-${name.toLowerCase()}`,
    columns: [`model_${name.toLowerCase()}`, 'x_spread'],
    hoursUntilOut: 1,
    elements: blendElements,
  })),
];
