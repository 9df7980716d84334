import { converter } from '../weather/units.ts';

const toMetresPerSecond = {
  KT: converter('kn', 'm/s'),
  MPS: converter('m/s', 'm/s'),
  KMH: converter('km/h', 'm/s'),
};
const toMillimetres = converter('inch', 'mm');

/** The groups of a METAR's text: what was seen, and the remarks that some countries add. */
export interface MetarGroups {
  readonly body: readonly string[];
  readonly remarks: readonly string[];
}

/**
 * The groups of a METAR. Of a text with several reports, one after the other, only the first counts: the newest.
 *
 * @example metarGroups('KJFK 170551Z 36007KT RMK AO2').remarks; // ['AO2']
 */
export function metarGroups(text: string): MetarGroups {
  const all = text.trim().replace(/=$/, '').split(/\s+/);
  const starts = all.flatMap((group, index) => (/^\d{6}Z$/.test(group) ? [index] : []));
  // A report begins with its station, the group before the time.
  const groups = all.slice(0, starts.length > 1 ? (starts[1] ?? 0) - 1 : undefined);
  const remark = groups.indexOf('RMK');
  if (remark < 0) return { body: groups, remarks: [] };
  return { body: groups.slice(0, remark), remarks: groups.slice(remark + 1) };
}

/** Direction in degrees (NaN: variable, calm or missing) and speed in m/s. */
export interface MetarWind {
  readonly direction: number;
  readonly speed: number;
}

/** The wind of a METAR, such as `36007KT`, `VRB02KT`, `00000KT` or `04005MPS`; NaN where there is none. */
export function metarWind({ body }: MetarGroups): MetarWind {
  for (const group of body) {
    const parts = /^(VRB|\d{3}|\/{3})(\d{2,3}|\/\/)(?:G\d{2,3})?(KT|MPS|KMH)$/.exec(group);
    if (parts === null) continue;
    const [, direction = '', speed = '', unit = 'KT'] = parts;
    const metresPerSecond = toMetresPerSecond[unit as 'KT' | 'MPS' | 'KMH'](Number(speed));
    return { direction: metresPerSecond === 0 ? NaN : Number(direction), speed: metresPerSecond };
  }
  return { direction: NaN, speed: NaN };
}

/**
 * Sea-level pressure in hPa, of the remark `SLPppp`: tens, units and tenths; NaN without one.
 *
 * @example metarSeaLevelPressure(metarGroups('KJFK 170551Z RMK AO2 SLP086')); // 1008.6
 */
export function metarSeaLevelPressure({ remarks }: MetarGroups): number {
  const digits = remarks.map((group) => /^SLP(\d{3})$/.exec(group)?.[1]).find((found) => found !== undefined);
  if (digits === undefined) return NaN;
  return (Number(digits) < 500 ? 10_000 + Number(digits) : 9000 + Number(digits)) / 10;
}

const falling = /(?:DZ|RA|SN|SG|IC|PL|GR|GS|UP)/;

/**
 * Rain and melted snow since the last hourly report, in mm, of the remark `Prrrr`, hundredths of an inch; NaN where it
 * is not known.
 *
 * - `P0000` is a trace, less than can be measured: 0.
 * - Stations that measure it leave the group out when nothing has fallen. If only wet hours had a value, whoever learned
 *   from them would expect rain in every hour. So a report without the group says 0, if all of it looks like a US station
 *   that measures: it tells rain from snow (`AO2`), has tenths and sea-level pressure, says nothing of a broken gauge
 *   (`PNO`), and neither its weather nor its remarks (`RAB17E32`) tell of anything that fell.
 *
 * Source: Federal Meteorological Handbook No. 1, chapter 12, hourly precipitation amount.
 */
export function metarHourlyRain({ body, remarks }: MetarGroups): number {
  const digits = remarks.map((group) => /^P(\d{4})$/.exec(group)?.[1]).find((found) => found !== undefined);
  if (digits !== undefined) return toMillimetres(Number(digits) / 100);
  const measures =
    remarks.includes('AO2') &&
    !remarks.includes('PNO') &&
    remarks.some((group) => /^SLP\d{3}$/.test(group)) &&
    remarks.some((group) => /^T[01]\d{3}[01]\d{3}$/.test(group));
  const isPresent = (group: string) => /^(?:[-+]|VC)?(?:[A-Z]{2}){1,4}$/.test(group) && falling.test(group);
  // The first group is the station, whose letters may look like weather: KSGR.
  const time = body.findIndex((group) => /^\d{6}Z$/.test(group));
  const fell =
    body.slice(time + 1).some(isPresent) ||
    remarks.some((group) => new RegExp(`${falling.source}[BE]\\d{2}`).test(group));
  return measures && !fell ? 0 : NaN;
}

/** Whether a METAR corrects an earlier one of its time. */
export function isCorrected({ body }: MetarGroups): boolean {
  return body.some((group) => /^(?:COR|CC[A-Z])$/.test(group));
}
