/** Files in the layouts that archives document, made by hand for the tests; none of their values was ever measured. */

/** The variables of GHCNh in the order of its columns. */
const ghcnhVariables = [
  'temperature',
  'dew_point_temperature',
  'station_level_pressure',
  'sea_level_pressure',
  'wind_direction',
  'wind_speed',
  'wind_gust',
  'precipitation',
  'relative_humidity',
  'wet_bulb_temperature',
  ...['MW', 'AU', 'AW'].flatMap((kind) => [1, 2, 3].map((layer) => `pres_wx_${kind}${layer}`)),
  'snow_depth',
  'visibility',
  'altimeter',
  'pressure_3hr_change',
  ...[1, 2, 3].flatMap((layer) => [`sky_cover_${layer}`, `sky_cover_baseht_${layer}`]),
  ...[3, 6, 9, 12, 15, 18, 21, 24].map((hours) => `precipitation_${hours}_hour`),
  'remarks',
];
const ghcnhCodes = ['Measurement_Code', 'Quality_Code', 'Report_Type', 'Source_Code', 'Source_Station_ID'];

/** A report: its time, such as `2024-01-01T00:53`, and values by variable, alone or with measurement and quality code, report type and source. */
export interface HandMadeReport {
  readonly time: string;
  readonly station?: string;
  readonly elevation?: string;
  readonly values: Readonly<
    Record<
      string,
      | string
      | readonly [value: string, measurement?: string, quality?: string, report?: string, source?: string]
    >
  >;
}

/** The text of a file of GHCNh, by station (238 columns) or by year (234 columns). */
export function ghcnhText(layout: 'by station' | 'by year', reports: readonly HandMadeReport[]): string {
  const byStation = layout === 'by station';
  const front = byStation
    ? [
        'Station_ID',
        'Station_name',
        'Year',
        'Month',
        'Day',
        'Hour',
        'Minute',
        'Latitude',
        'Longitude',
        'Elevation',
      ]
    : ['STATION', 'Station_name', 'DATE', 'LATITUDE', 'LONGITUDE', 'ELEVATION'];
  const header = [
    ...front,
    ...ghcnhVariables.flatMap((name) => [name, ...ghcnhCodes.map((code) => `${name}_${code}`)]),
  ];
  const rows = reports.map(({ time, station = 'USW00024233', elevation = '112.5', values }) => {
    const date = byStation
      ? (time.match(/\d+/g) ?? []).map((part, i) => (i === 0 ? part : String(Number(part))))
      : [`${time}:00`];
    const fields = ghcnhVariables.flatMap((name) => {
      const given = values[name];
      if (given === undefined) return ['', '', '', '', '', ''];
      const [value, measurement = '', quality = '1', report = 'FM-15', source = '335'] =
        typeof given === 'string' ? [given] : given;
      return [value, measurement, quality, report, source, '72793024233'];
    });
    return [station, 'SEATTLE TACOMA AP', ...date, '47.4447', '-122.3144', elevation, ...fields];
  });
  return [header, ...rows].map((row) => `${row.join('|')}\n`).join('');
}

/** A line of GHCN-Daily: days by number, each a value and its flags for measurement, quality and source. */
export function dlyLine(
  station: string,
  month: string,
  element: string,
  days: Readonly<Record<number, readonly [value: number, flags?: string]>>,
): string {
  const slots = Array.from({ length: 31 }, (_, i) => {
    const [value, flags = '   '] = days[i + 1] ?? [-9999];
    return String(value).padStart(5) + flags;
  });
  return `${station}${month}${element}${slots.join('')}\n`;
}

/** A line of ISD-Lite: year, month, day and hour, then the eight values. */
export function isdLiteLine(time: string, values: readonly number[]): string {
  return `${time}${values.map((value) => String(value).padStart(6)).join('')}\n`;
}
