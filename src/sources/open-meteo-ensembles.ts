import { type Layout, meanAndSpread, memberColumns } from './open-meteo-layout.ts';
import { modelRow, type OpenMeteoModel } from './open-meteo-models.ts';
import { openMeteoProvider } from './open-meteo-provider.ts';
import { checkOpenMeteo, type OpenMeteoSettings } from './open-meteo-settings.ts';
import { openMeteoSource } from './open-meteo-source.ts';
import type { ForecastSource } from './source.ts';

/**
 * Ensembles with all members, `open-meteo/<ensemble>`: `member_00`, the control, then `member_01` and so on.
 *
 * Each member counts like a model of its own in what a request costs, so that 51 members of five variables are 25.5 calls
 * a place, and replies are large: one request is for one ensemble at two places at most.
 *
 * @throws WeatherglassError Usage for settings that cannot be used. Replies that are not understood are InvalidData.
 */
export function openMeteoEnsembles(settings: OpenMeteoSettings = {}): ForecastSource {
  return ensembleSource(settings, 'ensemble', memberColumns, 2);
}

/**
 * Means and spreads of ensembles, `open-meteo/<…_ensemble_mean>`: `model_mean`, and `x_spread`, the standard deviation of
 * the members in the variable's unit; a spread in K is the same number in °C. It is NaN of variables that have none.
 *
 * @throws WeatherglassError Usage for settings that cannot be used. Replies that are not understood are InvalidData.
 */
export function openMeteoEnsembleMeans(settings: OpenMeteoSettings = {}): ForecastSource {
  return ensembleSource(settings, 'mean', meanAndSpread, 25);
}

function ensembleSource(
  settings: OpenMeteoSettings,
  kind: OpenMeteoModel['kind'],
  layout: Layout,
  placesAtOnce: number,
): ForecastSource {
  const checked = checkOpenMeteo(settings);
  return openMeteoSource({
    settings: checked,
    provider: openMeteoProvider(settings),
    api: 'ensemble',
    models: checked.ensembles.map((name) => modelRow(name, 'ensembles')).filter((row) => row.kind === kind),
    layout,
    together: false,
    placesAtOnce,
    mostHours: 36 * 24,
  });
}
