import { oneColumn } from './open-meteo-layout.ts';
import { modelRow } from './open-meteo-models.ts';
import { openMeteoPast } from './open-meteo-past.ts';
import { openMeteoProvider } from './open-meteo-provider.ts';
import { checkOpenMeteo, type OpenMeteoSettings } from './open-meteo-settings.ts';
import { openMeteoSource } from './open-meteo-source.ts';
import type { ForecastSource } from './source.ts';

/**
 * Deterministic models, `open-meteo/<model>`, each with one column, `model_<model>`.
 *
 * All due models at several places are one request. A run is dated by the provider's metadata, looked at before the
 * request and after it; a model whose run is not on all servers yet, or has changed in between, is left out and stays
 * due. Leads are whole hours from the start of the run, as far as that run reaches and has values. Past forecasts, with
 * leads of whole days, come from previous runs.
 *
 * @throws WeatherglassError Usage for settings that cannot be used. Replies that are not understood are InvalidData.
 */
export function openMeteoForecasts(settings: OpenMeteoSettings = {}): ForecastSource {
  const checked = checkOpenMeteo(settings);
  const provider = openMeteoProvider(settings);
  const models = checked.models.map((name) => modelRow(name, 'models'));
  const source = openMeteoSource({
    settings: checked,
    provider,
    api: 'forecast',
    models,
    layout: oneColumn,
    together: true,
    placesAtOnce: 25,
    mostHours: 16 * 24,
  });
  return { ...source, past: openMeteoPast(checked, provider, models) };
}
