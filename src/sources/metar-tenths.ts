import type { MetarGroups } from './metar-text.ts';

/** Temperatures of a METAR in °C; NaN where there are none. */
export interface MetarTenths {
  readonly temperature: number;
  readonly dewPoint: number;
}

/**
 * Temperature and dew point in tenths, of the remark `TsTTTsDDD` (s is 1 below zero), which stations of the US add. The
 * body of a METAR has whole degrees only, and scores against those are noisy.
 *
 * @example metarTenths(metarGroups('KJFK 170551Z 02/M04 RMK T10171039')); // { temperature: -1.7, dewPoint: -3.9 }
 */
export function metarTenths({ remarks }: MetarGroups): MetarTenths {
  for (const group of remarks) {
    const parts = /^T([01])(\d{3})(?:([01])(\d{3}))?$/.exec(group);
    if (parts === null) continue;
    const [, sign = '', tenths = '', dewSign = '', dewTenths = ''] = parts;
    return { temperature: degrees(sign, tenths), dewPoint: degrees(dewSign, dewTenths) };
  }
  return { temperature: NaN, dewPoint: NaN };
}

function degrees(sign: string, tenths: string): number {
  if (tenths === '') return NaN;
  const value = Number(tenths) / 10;
  // Not −0, which a tenth below zero can round to.
  return sign === '1' && value !== 0 ? -value : value;
}
