import { expect, test } from 'vitest';
import { creditsFor } from './credits.ts';
import { openSources, sourceNames } from './sources.ts';

test('every source has its credit under the names that its data is kept under', () => {
  const settings = {
    openMeteo: {},
  };
  const { forecasts, stations, reanalysis } = openSources(sourceNames, settings);
  const kept = [
    ...forecasts.flatMap(({ names, provider }) => names.map((name) => ({ name, provider }))),
    ...stations.map(({ name, provider }) => ({ name, provider })),
    { name: reanalysis!.name, provider: reanalysis!.provider },
  ];
  for (const { name, provider } of kept)
    expect(creditsFor([name]).map(({ attribution }) => attribution)).toEqual([provider.attribution]);
});

test('each is given once, and none for what is somebody’s own', () => {
  const found = creditsFor([
    'open-meteo/gfs_global',
    'own sensor',
    'open-meteo/icon_global',
    'metar',
    'toString',
  ]);
  expect(found.map(({ title }) => title)).toEqual(['Open-Meteo', 'NOAA Aviation Weather Center']);
});
