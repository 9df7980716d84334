// Magnus form of saturation over water, e(T) = 6.1094 hPa · exp(b T / (c + T)), T in °C: only b and c matter to ratios.
// Meteorologists give humidity over water below 0 °C too.
const b = 17.625;
const c = 243.04;

/**
 * Relative humidity in %, of air at a temperature with a dew point, both in °C.
 *
 *   RH = 100 exp( b T_d / (c + T_d) − b T / (c + T) ),  b = 17.625, c = 243.04 °C
 *
 * Its pressures are good to 0.4 % from −40 to 50 °C. A dew point above the temperature gives more than 100. NaN stays NaN.
 * Of whole degrees, which may each be half a degree off, it is good to some 6 % of the value only.
 *
 * Source: Alduchov & Eskridge 1996, Improved Magnus form approximation of saturation vapor pressure,
 * doi 10.1175/1520-0450(1996)035<0601:IMFAOS>2.0.CO;2.
 *
 * @example relativeHumidity(20, 10); // 52.5
 */
export function relativeHumidity(temperature: number, dewPoint: number): number {
  return 100 * Math.exp(saturationExponent(dewPoint) - saturationExponent(temperature));
}

/**
 * Dew point in °C, of air at a temperature in °C with a relative humidity in %: {@link relativeHumidity} the other way
 * round.
 *
 *   g = ln(RH / 100) + b T / (c + T),  T_d = c g / (b − g)
 *
 * NaN for a humidity of 0 or less, which has none, and for NaN.
 *
 * @example dewPoint(20, 52.5); // 10.0
 */
export function dewPoint(temperature: number, humidity: number): number {
  const g = Math.log(humidity / 100) + saturationExponent(temperature);
  return (c * g) / (b - g);
}

/**
 * Logarithm of the saturation pressure over water at a temperature in °C, by 6.1094 hPa: b T / (c + T), as in
 * {@link relativeHumidity}. NaN stays NaN.
 *
 * @example saturationExponent(0); // 0
 */
export function saturationExponent(temperature: number): number {
  return (b * temperature) / (c + temperature);
}
