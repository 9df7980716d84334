/** What stands beside a value of GHCNh. */
export interface GhcnhCodes {
  readonly measurement: string;
  readonly quality: string;
  readonly report: string;
  readonly source: string;
}

/** Sources whose digits follow the surface observations of the US Air Force. */
const airForce = ['220', '221', '222', '223', '347', '348'];
/** Sources whose digits and letters are those of the Integrated Surface Database. */
const integratedSurface = ['313', '314', '315', '322', '335', '343', '344', '345', '346'];

/**
 * Whether a value failed a check, of GHCNh or of the source that it is from.
 *
 * A blank and 9 are no check. Digits mean suspect, erroneous or removed by a table of the source: 2, 3, 6 and 7, but 2,
 * 3 and 5 where the Air Force gave them, and 1 for humidity and wind of source 345. Letters are failed checks, except
 * those that the Integrated Surface Database gives to what was accepted: A, I, M, P and R, and C for temperatures of
 * whole degrees. C is also the code of a climatological outlier, and U that of a failed check as well as of an edited
 * value: the C of such temperatures stays, the U goes.
 *
 * Source: NOAA, GHCNh documentation 1.0.1, table 3.
 */
export function failedQuality(variable: string, { quality, source }: GhcnhCodes): boolean {
  const code = codeOf(quality);
  for (const one of code) if (fails(one, variable, source)) return true;
  return false;
}

function fails(code: string, variable: string, source: string): boolean {
  if (/\d/.test(code)) {
    if (airForce.includes(source)) return '235'.includes(code);
    if (source === '345' && /relative_humidity|wind_speed/.test(variable)) return '1367'.includes(code);
    return '2367'.includes(code);
  }
  if (!/[A-Za-z]/.test(code)) return false;
  if (!integratedSurface.includes(source)) return true;
  return !(code === 'C' && /temperature/.test(variable)) && !'AIMPR'.includes(code);
}

/** Whether a code says that there was a trace of rain or snow. */
export function isTrace(variable: string, { measurement, source }: GhcnhCodes): boolean {
  const code = codeOf(measurement);
  if (variable === 'precipitation') return code === 'T' || code === '2';
  return variable === 'snow_depth' && code === '3' && integratedSurface.includes(source);
}

/**
 * Whether a value is what its column says, by its measurement code: no mean wind of an hour or more, no squall, no
 * depth or rain that could not be measured, was estimated, is incomplete, or gathered over more than an hour.
 *
 * Source: NOAA, GHCNh documentation 1.0.1, table 2.
 */
export function isMeasured(variable: string, { measurement, source }: GhcnhCodes): boolean {
  const code = codeOf(measurement);
  if (variable === 'wind_speed') return !'RTQ'.includes(code) || code === '';
  if (variable === 'snow_depth')
    return !['1', 'E', ...(airForce.includes(source) ? [] : ['4', '5', '6'])].includes(code);
  if (variable !== 'precipitation') return true;
  if (/accum/i.test(measurement)) return false;
  const periods = airForce.includes(source) ? ['3', '4', '5', '6', '7', '8'] : [];
  return !['1', 'E', 'I', 'J', 'Z', ...periods].includes(code);
}

/**
 * Whether a direction is one: not that of a calm (000, or the code C) or a variable wind (999, or V).
 */
export function hasDirection(value: number, { measurement }: GhcnhCodes): boolean {
  const code = codeOf(measurement);
  return value > 0 && value <= 360 && code !== 'C' && code !== 'V';
}

/** Reports between the routine ones, of shorter periods than an hour, and summaries of a day or month. */
const otherReports = /^(?:FM16|SPECI|SAOSP|CRN05|CRN15|PCP15|SOD|SOM|COOPD|COOPS)/;

/**
 * Whether a report closes an hour of rain: a routine one at minutes 45 to 59 or 0. Specials in between count from the last
 * routine report.
 *
 * Source: NOAA, GHCNh documentation 1.0.1, section IX.
 */
export function closesHour(minute: number, { report }: GhcnhCodes): boolean {
  if (minute > 0 && minute < 45) return false;
  return !otherReports.test(report.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''));
}

/** The code itself: words may follow it, as in `9-Missing`. */
function codeOf(text: string): string {
  const [code = ''] = text.trim().split('-', 1);
  return code;
}
