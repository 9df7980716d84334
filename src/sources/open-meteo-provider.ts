import { openMeteoRefusal } from './open-meteo-refusal.ts';
import { checkOpenMeteo, type OpenMeteoSettings } from './open-meteo-settings.ts';
import type { Limit, Provider } from './source.ts';

const month = 30 * 86_400;

/** The free tier, for use that earns no money. Source: open-meteo.com/en/pricing. */
const freeLimits: readonly Limit[] = [
  { calls: 600, seconds: 60 },
  { calls: 5000, seconds: 3600 },
  { calls: 10_000, seconds: 86_400 },
  { calls: 300_000, seconds: month },
];

/** The smallest subscription; larger ones have more, which nobody has told us. */
const customerLimits: readonly Limit[] = [{ calls: 1_000_000, seconds: month }];

/**
 * Open-Meteo and its manners.
 *
 * The free tier serves one request of an address at a time, queues a few and refuses from the fifth on; a subscription
 * has two at least. An instance of one's own is asked for eight at once and has no limits.
 *
 * @throws WeatherglassError Usage for settings that cannot be used.
 */
export function openMeteoProvider(settings: OpenMeteoSettings = {}): Provider {
  const { url, apiKey } = checkOpenMeteo(settings);
  const [limits, concurrency] =
    url !== undefined ? [[], 8] : apiKey !== undefined ? [customerLimits, 2] : [freeLimits, 1];
  return {
    name: 'open-meteo',
    title: 'Open-Meteo',
    home: 'https://open-meteo.com/',
    licence: 'CC BY 4.0',
    attribution: 'Weather data by Open-Meteo.com (https://open-meteo.com/), CC BY 4.0',
    limits,
    concurrency,
    wantsContact: false,
    refusal: openMeteoRefusal,
    ...(apiKey !== undefined && { key: { parameter: 'apikey', value: apiKey } }),
  };
}
