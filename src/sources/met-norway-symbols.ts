/**
 * MET Norway's names of weather symbols as WMO codes, in the reading of table 4677 that Open-Meteo has made common: 0
 * clear, 1 mainly clear, 2 partly cloudy, 3 overcast.
 *
 * Exact: clear and cloudy skies, fog, rain and snow by intensity, light showers. Approximations:
 * - `fair` and `partlycloudy` are steps of MET's own cloud cover, taken for 1 and 2
 * - `fog` does not say whether it deposits rime: always 45
 * - `heavyrainshowers` are 82, which the WMO calls violent
 * - 4677 has two steps where MET has three: `sleet` and `heavysleet` are both 69, their showers both 84, `snowshowers` and
 *   `heavysnowshowers` both 86
 * - whatever comes with thunder is 95, which does not tell rain from snow nor how much of it falls; MET's `heavy` is said
 *   of the rain, while 97 is a heavy thunderstorm
 *
 * `lightssleetshowersandthunder` and `lightssnowshowersandthunder` are misspelt by MET and will stay so; the right
 * spelling is taken as well.
 *
 * Sources: MET Norway, WeatherIcon 2.0 legends; WMO-No. 306, Manual on Codes, table 4677.
 */
const codes: Readonly<Record<string, number>> = {
  clearsky: 0,
  fair: 1,
  partlycloudy: 2,
  cloudy: 3,
  fog: 45,

  lightrain: 61,
  rain: 63,
  heavyrain: 65,
  lightsleet: 68,
  sleet: 69,
  heavysleet: 69,
  lightsnow: 71,
  snow: 73,
  heavysnow: 75,

  lightrainshowers: 80,
  rainshowers: 81,
  heavyrainshowers: 82,
  lightsleetshowers: 83,
  sleetshowers: 84,
  heavysleetshowers: 84,
  lightsnowshowers: 85,
  snowshowers: 86,
  heavysnowshowers: 86,

  lightrainandthunder: 95,
  rainandthunder: 95,
  heavyrainandthunder: 95,
  lightsleetandthunder: 95,
  sleetandthunder: 95,
  heavysleetandthunder: 95,
  lightsnowandthunder: 95,
  snowandthunder: 95,
  heavysnowandthunder: 95,
  lightrainshowersandthunder: 95,
  rainshowersandthunder: 95,
  heavyrainshowersandthunder: 95,
  lightssleetshowersandthunder: 95,
  lightsleetshowersandthunder: 95,
  sleetshowersandthunder: 95,
  heavysleetshowersandthunder: 95,
  lightssnowshowersandthunder: 95,
  lightsnowshowersandthunder: 95,
  snowshowersandthunder: 95,
  heavysnowshowersandthunder: 95,
};

/**
 * The WMO code of a symbol, by day or night alike; NaN for a symbol that is not in the table, as MET may add some.
 *
 * @example weatherCodeOf('lightrainshowers_night'); // 80
 */
export function weatherCodeOf(symbol: string): number {
  const name = symbol.replace(/_(?:day|night|polartwilight)$/, '');
  return Object.hasOwn(codes, name) ? codes[name] : Number.NaN;
}
