import { describe, expect, it } from 'vitest';
import { msPerHour } from '../src/weather/time.ts';
import { providersForEachTest } from './simulated-each.ts';
import { simulatedStationsNear, stationsWithin } from './simulated-stations.ts';

const world = providersForEachTest();
const { get, json } = world;

const place = { latitude: 52.52, longitude: 13.41, elevation: 38 };

describe('the simulated METARs', () => {
  interface Metar {
    readonly icaoId: string;
    readonly obsTime: number;
    readonly reportTime: string;
    readonly receiptTime: string;
    readonly temp: number;
    readonly wdir: number | string;
    readonly wgst?: number | null;
    readonly visib: number | string;
    readonly metarType: string;
    readonly rawOb: string;
  }
  const path = '/metar/api/data/metar?format=json';

  it('come for a box, newest first by station, in two styles', async () => {
    const reports = await json<Metar[]>(`${path}&bbox=45,-100,48,-95&hours=3`);
    expect(reports.length).toBeGreaterThan(300);
    expect(reports.length).toBeLessThanOrEqual(400);
    const stations = new Map(
      stationsWithin(world.providers.weather, [45, -100, 48, -95], 400).map((one) => [one.id, one]),
    );
    for (const report of reports) {
      const station = stations.get(report.icaoId);
      expect(report.obsTime * 1000).toBeGreaterThanOrEqual(world.now - 3 * msPerHour);
      expect(
        Date.parse(station?.isOldStyle ? `${report.receiptTime.replace(' ', 'T')}Z` : report.receiptTime),
      ).toBeLessThanOrEqual(world.now);
      expect(report.reportTime).toMatch(
        station?.isOldStyle ? /^\d{4}-\d\d-\d\d \d\d:\d\d:00$/ : /T\d\d:\d\d:00\.000Z$/,
      );
      // 2023 wrote null where 2026 leaves out.
      expect('wgst' in report).toBe(station?.isOldStyle === true || typeof report.wgst === 'number');
      const group = / T([01])(\d{3})[01]\d{3}$/.exec(report.rawOb);
      expect(group !== null).toBe(station?.hasTenths);
      if (group !== null)
        expect((group[1] === '1' ? -1 : 1) * Number(group[2])).toBe(Math.round(report.temp * 10) + 0);
      const body = / (M?)(\d\d)\/M?\d\d /.exec(report.rawOb);
      expect(Math.abs((body?.[1] === 'M' ? -1 : 1) * Number(body?.[2]) - report.temp)).toBeLessThanOrEqual(
        0.5,
      );
    }
    expect(new Set(reports.map(({ metarType }) => metarType))).toEqual(new Set(['METAR', 'SPECI']));
    expect(reports.some(({ visib }) => visib === '10+')).toBe(true);
  });

  it('come for stations, the newest alone without hours', async () => {
    const ids = simulatedStationsNear(world.providers.weather, place, 60).map(({ id }) => id);
    const newest = await json<Metar[]>(`${path}&ids=${ids.slice(0, 3).join(',')}`);
    expect(newest.map(({ icaoId }) => icaoId)).toEqual(ids.slice(0, 3));
    const day = await json<Metar[]>(`${path}&ids=${ids[0]}&hours=24`);
    expect(day.filter(({ metarType }) => metarType === 'METAR')).toHaveLength(24);
    const before = await json<Metar[]>(`${path}&ids=${ids[0]}&hours=24&date=20260305_0000`);
    expect(before[0].obsTime).toBeLessThan(Date.UTC(2026, 2, 5) / 1000);
  });

  it('are 204 where there is nothing', async () => {
    const { status, text } = await get(`${path}&ids=ZZZZ`);
    expect([status, text]).toEqual([204, '']);
    expect((await get('/metar/api/data/metar?ids=A000')).status).toBe(400);
    expect((await get(path)).status).toBe(400);
  });

  it('have calm and variable winds', async () => {
    const reports = await json<Metar[]>(`${path}&bbox=30,-10,50,10`);
    const winds = new Set(reports.map(({ wdir }) => wdir));
    expect(winds).toContain('VRB');
    expect(reports.filter(({ rawOb }) => / VRB0\dKT /.test(rawOb)).every(({ wdir }) => wdir === 'VRB')).toBe(
      true,
    );
  });
});
