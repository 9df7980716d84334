import { openMeteoArchiveName } from './open-meteo-archive.ts';

/** Where outcomes come from, for a person: a reanalysis is never called observed. */
export function originWords(origin: string): string {
  return origin === openMeteoArchiveName
    ? `${origin} (a reanalysis: a weather model fed with observations, nothing measured here)`
    : origin;
}
