import { describe, expect, it, test } from 'vitest';
import { metarTenths } from './metar-tenths.ts';
import { isCorrected, metarGroups, metarHourlyRain, metarSeaLevelPressure, metarWind } from './metar-text.ts';

// Texts in the tests below are made by hand, after the Federal Meteorological Handbook No. 1.

describe('metarGroups', () => {
  it('has body and remarks of the first report alone', () => {
    const { body, remarks } = metarGroups(
      'KJFK 170551Z 36007KT 11/07 RMK AO2 KJFK 170451Z 35007KT 12/07 RMK AO1=',
    );
    expect(body).toEqual(['KJFK', '170551Z', '36007KT', '11/07']);
    expect(remarks).toEqual(['AO2']);
  });

  it('has none of nothing', () => {
    expect(metarGroups('')).toEqual({ body: [''], remarks: [] });
  });
});

describe('metarTenths', () => {
  test.each([
    ['T01110072', 11.1, 7.2],
    ['T10171039', -1.7, -3.9],
    ['T00061039', 0.6, -3.9],
    ['T00001000', 0, 0],
    ['T0111', 11.1, NaN],
    ['TSNO', NaN, NaN],
  ])('reads %s as %d and %d', (group, temperature, dewPoint) => {
    expect(metarTenths(metarGroups(`KJFK 170551Z 11/07 RMK AO2 ${group} 10144`))).toEqual({
      temperature,
      dewPoint,
    });
  });

  it('reads remarks only, and ends where the text does', () => {
    expect(metarTenths(metarGroups('KJFK 170551Z T01110072')).temperature).toBeNaN();
    expect(metarTenths(metarGroups('KJFK 170551Z RMK T01110072=')).temperature).toBe(11.1);
  });
});

describe('metarWind', () => {
  test.each([
    ['36007KT', 360, 7 * 0.514444],
    ['24015G28KT', 240, 15 * 0.514444],
    ['VRB02KT', NaN, 2 * 0.514444],
    ['00000KT', NaN, 0],
    ['04005MPS', 40, 5],
    ['090110KT', 90, 110 * 0.514444],
    ['/////KT', NaN, NaN],
    ['Q1013', NaN, NaN],
  ])('reads %s', (group, direction, speed) => {
    const wind = metarWind(metarGroups(`EGLL 170550Z AUTO ${group} 9999`));
    expect(wind.direction).toBe(direction);
    if (Number.isNaN(speed)) expect(wind.speed).toBeNaN();
    else expect(wind.speed).toBeCloseTo(speed, 4);
  });
});

describe('metarSeaLevelPressure', () => {
  test.each([
    ['SLP086', 1008.6],
    ['SLP000', 1000],
    ['SLP982', 998.2],
    ['SLP500', 950],
    ['SLP499', 1049.9],
    ['SLPNO', NaN],
  ])('reads %s as %d', (group, pressure) => {
    expect(metarSeaLevelPressure(metarGroups(`KJFK 170551Z RMK AO2 ${group}`))).toBe(pressure);
  });
});

describe('metarHourlyRain', () => {
  const rain = (text: string) => metarHourlyRain(metarGroups(text));

  it('reads hundredths of an inch; a trace is none', () => {
    expect(rain('KSGR 170551Z RA RMK AO2 SLP086 P0009')).toBeCloseTo(2.286, 10);
    expect(rain('KSGR 170551Z RA RMK AO2 SLP086 P0000')).toBe(0);
    expect(rain('KSGR 170551Z RA RMK AO2 SLP086 P0123 60234')).toBeCloseTo(31.242, 10);
  });

  it('is 0 where a station that measures has nothing to say', () => {
    expect(rain('KSGR 170551Z AUTO 36007KT 10SM -BR CLR 11/07 A2979 RMK AO2 SLP086 T01110072')).toBe(0);
    expect(rain('METAR COR KSGR 170551Z 36007KT 10SM 11/07 A2979 RMK AO2 TSB20 SLP086 T01110072 $')).toBe(0);
  });

  test.each([
    ['of another country', 'EGLL 170550Z 9999 10/05 Q1016'],
    ['that cannot tell rain', 'KSGR 170551Z RMK AO1 SLP086 T01110072'],
    ['whose gauge is broken', 'KSGR 170551Z RMK AO2 SLP086 T01110072 PNO'],
    ['without sea-level pressure', 'KSGR 170551Z RMK AO2 SLPNO T01110072'],
    ['without tenths', 'KSGR 170551Z RMK AO2 SLP086'],
    ['with rain', 'KSGR 170551Z -RA RMK AO2 SLP086 T01110072'],
    ['with snow in showers', 'KSGR 170551Z +SHSN RMK AO2 SLP086 T01110072'],
    ['with rain that has ended', 'KSGR 170551Z RMK AO2 RAB17E32 SLP086 T01110072'],
  ])('is not known of a report %s', (_, text) => {
    expect(rain(text)).toBeNaN();
  });
});

it('isCorrected sees corrections of the US and of Canada', () => {
  expect(isCorrected(metarGroups('METAR COR KJFK 170551Z 36007KT'))).toBe(true);
  expect(isCorrected(metarGroups('CYYZ 170500Z CCA 36007KT'))).toBe(true);
  expect(isCorrected(metarGroups('KJFK 170551Z 36007KT RMK COR'))).toBe(false);
});
