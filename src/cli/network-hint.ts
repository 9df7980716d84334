import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { systemClock } from '../runtime/clock.ts';
import { defaultRetry } from '../runtime/retry.ts';
import { openClient } from '../sources/client.ts';
import { openMeteoProvider } from '../sources/open-meteo-provider.ts';
import { checkOpenMeteo, openMeteoMetadataUrl } from '../sources/open-meteo-settings.ts';
import { version } from './version.ts';

/** Milliseconds in which a network answers. */
const PATIENCE = 4000;

/**
 * One line for whoever looks at the demo: how to begin with a place of one's own, or that there is no network to do so. It
 * asks for something small that is free of quota.
 */
export async function networkHint(config: Config, signal: AbortSignal): Promise<string> {
  const settings = config.open_meteo_url === '' ? {} : { url: config.open_meteo_url };
  const folder = await mkdtemp(join(tmpdir(), 'weatherglass-hint-'));
  try {
    await using client = openClient({
      clock: systemClock,
      random: Math.random,
      folder,
      version,
      contact: config.contact,
      atOnce: 1,
      retry: { ...defaultRetry, tries: 1, tryMs: PATIENCE, totalMs: PATIENCE },
    });
    await client.ask({
      provider: openMeteoProvider(settings),
      url: openMeteoMetadataUrl(checkOpenMeteo(settings), 'forecast', 'ecmwf_ifs025'),
      calls: 0,
      about: 'whether there is a network',
      signal,
    });
    return 'Your own place: `npx weatherglass init` finds it, collects its forecasts and predicts within minutes.\n';
  } catch {
    return 'Your own place: `npx weatherglass init`, once there is a network; none was found.\n';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
