import { expect, it } from 'vitest';
import { startSimulatedProviderProcess } from './simulated-provider-process.ts';
import { startSimulatedProviders } from './simulated-providers.ts';

const start = Date.UTC(2026, 2, 10, 10, 20);
const path = '/open-meteo/v1/forecast?latitude=52.5&longitude=13.4&hourly=temperature_2m';

it('answers from another process, whose clock and faults can be set', async () => {
  await using other = await startSimulatedProviderProcess({ seed: 7, start, speed: 0 });
  await using here = await startSimulatedProviders({ seed: 7, now: () => start });
  expect(other.pid).not.toBe(process.pid);
  const texts = await Promise.all([other, here].map(async ({ url }) => (await fetch(url + path)).text()));
  expect(texts[0]).toBe(texts[1]);

  await other.setNow(Date.UTC(2027, 0, 1));
  expect((await fetch(other.url + path)).headers.get('date')).toBe('Fri, 01 Jan 2027 00:00:00 GMT');
  await other.setFaults({ overloaded: 1 });
  expect((await fetch(other.url + path)).status).toBe(503);
  // Orders given at once are answered each by its own answer.
  const [, calls] = await Promise.all([other.setNow(start), other.calls()]);
  expect(calls['open-meteo']).toMatchObject({ requests: 3, calls: 3, faults: { overloaded: 1 } });
  expect([...calls['open-meteo'].served.keys()]).toEqual([
    '52.5,13.4|best_match|2026-03-10T06:00:00.000Z',
    '52.5,13.4|best_match|2026-12-31T18:00:00.000Z',
  ]);
});

it('lets its clock run as fast as told, and ends when told', async () => {
  const other = await startSimulatedProviderProcess({ seed: 7, start, speed: 3_600_000 });
  const date = async () => Date.parse((await fetch(other.url + path)).headers.get('date') ?? '');
  const first = await date();
  expect(await date()).toBeGreaterThan(first);
  await other[Symbol.asyncDispose]();
  await expect(fetch(other.url + path)).rejects.toThrow('fetch failed');
  await expect(other.calls()).rejects.toThrow();
});
