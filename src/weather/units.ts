import { WeatherglassError } from '../errors.ts';

/** A unit u, whose values v are (v − zero) × times / per in the first unit of its quantity. */
interface Unit {
  readonly quantity: string;
  readonly symbol: string;
  readonly zero: number;
  readonly times: number;
  readonly per: number;
}

type Row = readonly [symbol: string, times: number, per: number, spellings: readonly string[], zero?: number];

/**
 * Quantities and their units. Factors are kept as fractions of the published figures, so that exact conversions stay
 * exact in floating point. Spellings are those of Open-Meteo ("mp/h", "°K", "inch"), of the WMO codes that the US
 * National Weather Service sends ("wmoUnit:km_h-1"), of MET Norway ("celsius", "degrees") and of CF conventions.
 *
 * Source of factors: Thompson & Taylor 2008, NIST Special Publication 811, appendix B.8, doi 10.6028/NIST.SP.811e2008;
 * inches and millimetres of mercury are the conventional ones.
 */
const quantities: Readonly<Record<string, readonly Row[]>> = {
  temperature: [
    ['°C', 1, 1, ['C', 'degC', 'deg C', 'celsius', 'Celsius', 'degree Celsius', 'degrees Celsius']],
    ['K', 1, 1, ['°K', 'kelvin', 'Kelvin'], 273.15],
    ['°F', 5, 9, ['F', 'degF', 'deg F', 'fahrenheit', 'Fahrenheit', 'degree Fahrenheit'], 32],
  ],
  pressure: [
    ['hPa', 1, 1, ['mbar', 'mb', 'millibar']],
    ['Pa', 1, 100, ['pascal']],
    ['kPa', 10, 1, []],
    ['inHg', 33.86389, 1, ['in Hg', 'inch Hg']],
    ['mmHg', 1.333224, 1, ['mm Hg']],
  ],
  speed: [
    ['m/s', 1, 1, ['m s-1', 'mps']],
    ['km/h', 1, 3.6, ['km h-1', 'kmh', 'kph']],
    ['kn', 1852, 3600, ['kt', 'kts', 'knot', 'knots']],
    ['mph', 0.44704, 1, ['mp/h', 'mi/h', 'mi h-1']],
    ['ft/s', 0.3048, 1, ['ft s-1']],
  ],
  length: [
    ['m', 1, 1, ['metre', 'metres', 'meter', 'meters']],
    ['mm', 1, 1000, ['millimetre', 'millimetres', 'millimeter', 'millimeters']],
    ['cm', 1, 100, ['centimetre', 'centimetres', 'centimeter', 'centimeters']],
    ['km', 1000, 1, ['kilometre', 'kilometres', 'kilometer', 'kilometers']],
    ['inch', 254, 10_000, ['in', 'inches']],
    ['ft', 3048, 10_000, ['foot', 'feet']],
    ['mi', 1_609_344, 1000, ['mile', 'miles', 'statute mile']],
  ],
  share: [
    ['1', 1, 1, ['fraction', 'share']],
    ['%', 1, 100, ['percent', 'pct']],
  ],
  irradiance: [
    ['W/m²', 1, 1, ['W m-2']],
    ['kW/m²', 1000, 1, ['kW m-2']],
  ],
  'radiant energy': [
    ['MJ/m²', 1, 1, ['MJ m-2']],
    ['kJ/m²', 1, 1000, ['kJ m-2']],
    ['J/m²', 1, 1_000_000, ['J m-2']],
    ['kWh/m²', 3.6, 1, ['kWh m-2']],
    ['Wh/m²', 3.6, 1000, ['Wh m-2']],
  ],
  angle: [['°', 1, 1, ['deg', 'degree', 'degrees', 'degree (angle)', 'degrees true']]],
  duration: [
    ['s', 1, 1, ['sec', 'second', 'seconds']],
    ['min', 60, 1, ['minute', 'minutes']],
    ['h', 3600, 1, ['hour', 'hours']],
  ],
};

const units = new Map<string, Unit>();
for (const [quantity, rows] of Object.entries(quantities))
  for (const [symbol, times, per, spellings, zero = 0] of rows)
    for (const spelling of [symbol, ...spellings])
      units.set(plainSpelling(spelling), { quantity, symbol, zero, times, per });

/**
 * A mass of water on an area, 1 kg/m² = 1 mm at 1,000 kg/m³. It becomes a depth of water (mm, inch) only: in cm and m
 * snow is measured, whose depth does not follow from its mass.
 */
const waterMass: Unit = { quantity: 'water mass', symbol: 'kg/m²', zero: 0, times: 1, per: 1000 };
units.set(plainSpelling('kg/m²'), waterMass);
units.set(plainSpelling('kg m-2'), waterMass);
const waterDepths = ['mm', 'inch'];

/**
 * The function that turns values in unit `from` into values in unit `to`:
 *
 *   v ↦ (v − zero_from) (times_from per_to) / (per_from times_to) + zero_to
 *
 * It is meant for values on a scale; differences of temperatures (a spread in °F) have no zero and need a factor alone.
 * NaN stays NaN. A unit converts to itself, known or not, so that declared variables can have units of their own.
 *
 * @throws WeatherglassError InvalidData for an unknown unit, or units of different quantities, listing those that
 *   convert to `to`.
 *
 * @example converter('°F', '°C')(50); // 10
 */
export function converter(from: string, to: string): (value: number) => number {
  if (plainSpelling(from) === plainSpelling(to)) return (value) => value;
  const source = units.get(plainSpelling(from));
  const target = units.get(plainSpelling(to));
  if (target === undefined)
    throw new WeatherglassError(
      'InvalidData',
      `Unit ${JSON.stringify(from)} cannot become ${JSON.stringify(to)}, which is not a unit Weatherglass can ` +
        `convert to; give the values in ${JSON.stringify(to)}.`,
    );
  if (source === undefined || !convertible(source, target))
    throw new WeatherglassError(
      'InvalidData',
      (source === undefined
        ? `Unknown unit ${JSON.stringify(from)} cannot become ${target.symbol}`
        : `Unit ${JSON.stringify(from)} of ${source.quantity} cannot become ${target.symbol}`) +
        `; use one of ${symbolsConvertibleTo(target).join(', ')}.`,
    );
  const times = source.times * target.per;
  const per = source.per * target.times;
  if (times === per && source.zero === target.zero) return (value) => value;
  return (value) => ((value - source.zero) * times) / per + target.zero;
}

function convertible(from: Unit, to: Unit): boolean {
  if (from === waterMass || to === waterMass)
    return from === to || waterDepths.includes((from === waterMass ? to : from).symbol);
  return from.quantity === to.quantity;
}

function symbolsConvertibleTo(target: Unit): string[] {
  const fitting = [...units.values()].filter((unit) => convertible(unit, target));
  return [...new Set(fitting.map((unit) => unit.symbol))];
}

/** One spelling for many, without prefix, raised digits and marks of multiplication: "wmoUnit:W_m-2" is "W m-2". */
function plainSpelling(unit: string): string {
  return unit
    .trim()
    .replace(/^(?:wmoUnit|nwsUnit|unit|uc):/, '')
    .normalize('NFKC')
    .replaceAll('−', '-')
    .replaceAll('**', '')
    .replace(/[\s_·*]+/g, ' ');
}
