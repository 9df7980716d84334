import { z } from 'zod';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import type { OpenMeteoModel } from './open-meteo-models.ts';
import { type OpenMeteo, openMeteoMetadataUrl } from './open-meteo-settings.ts';
import type { Announced, Provider, SourceTools } from './source.ts';

/** Redundant servers get a run one after the other; the documentation asks to wait so long. */
export const spreadingMs = 10 * 60_000;

/** A domain's newest run. */
export interface DomainRun extends Announced {
  /** When the run after it is so late that this is rather an old copy of the metadata; Infinity where that cannot be told. */
  readonly currentUntil: number;
}

/** The newest run of a model. */
export interface ModelRun extends DomainRun {
  /** Whether all domains of the model show this run; where they do not, its values are of two runs. */
  readonly whole: boolean;
}

const metadata = z.looseObject({
  last_run_initialisation_time: z.number(),
  last_run_availability_time: z.number(),
  update_interval_seconds: z.number().positive().nullish(),
});

/** Intervals between runs after which the next is overdue. */
const OVERDUE = 1.5;

/**
 * The newest run by a domain's metadata, which are Unix seconds. It can be asked for ten minutes after it has become
 * available on one server.
 *
 * @throws WeatherglassError InvalidData that names domain and field, also for a run that starts at no whole hour.
 */
export function readMetadata(body: unknown, domain: string): DomainRun {
  const read = metadata.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(domain, `${issue.path.join('.') || 'the reply'} is not as documented: ${issue.message}`);
  }
  const issuedAt = read.data.last_run_initialisation_time * 1000;
  if (issuedAt % msPerHour !== 0)
    throw invalid(domain, `last_run_initialisation_time must be a whole hour, not ${issuedAt / 1000}`);
  const availableAt = read.data.last_run_availability_time * 1000 + spreadingMs;
  const interval = read.data.update_interval_seconds ?? Infinity;
  return { issuedAt, availableAt, currentUntil: availableAt + OVERDUE * interval * 1000 };
}

function invalid(domain: string, problem: string): WeatherglassError {
  return new WeatherglassError('InvalidData', `open-meteo, metadata of ${domain}: ${problem}.`);
}

export interface RunsQuestion {
  readonly settings: OpenMeteo;
  readonly provider: Provider;
  readonly api: 'forecast' | 'ensemble';
  readonly models: readonly OpenMeteoModel[];
  /** Not what is kept, but what the provider says at this moment. */
  readonly anew?: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Newest runs of models by name. Of a model whose domains show different runs it is the oldest, and not whole.
 *
 * @throws WeatherglassError NotFound where a server offers no metadata, as an instance of one's own may not.
 */
export async function newestRuns(
  { settings, provider, api, models, anew = false, signal }: RunsQuestion,
  tools: SourceTools,
): Promise<ReadonlyMap<string, ModelRun>> {
  const runs = new Map<string, DomainRun>();
  for (const domain of new Set(models.flatMap(({ domains }) => domains))) {
    const url = openMeteoMetadataUrl(settings, api, domain);
    const about = `metadata of ${domain}`;
    const headers = anew ? { 'cache-control': 'no-cache' } : {};
    const { body } = await tools
      .ask({ provider, url, calls: 0, about, headers, signal })
      .catch((error: unknown) => throwExplained(error, domain));
    runs.set(domain, readMetadata(body, domain));
  }
  return new Map(models.map((model) => [model.name, modelRun(model, runs)]));
}

/** The client knows that an address does not exist, but not what to do about it. */
function throwExplained(error: unknown, domain: string): never {
  if (!isWeatherglassError(error, 'NotFound')) throw error;
  throw new WeatherglassError(
    'NotFound',
    `open-meteo has no metadata of ${domain}, so that its runs cannot be dated. Take models of this domain out of the ` +
      "settings open_meteo_models and open_meteo_ensembles; an instance of one's own (open_meteo_url) must hand out " +
      `data/${domain}/static/meta.json of its data folder.`,
    { cause: error },
  );
}

function modelRun({ domains }: OpenMeteoModel, runs: ReadonlyMap<string, DomainRun>): ModelRun {
  const own = domains.map((domain) => runs.get(domain)).filter((run) => run !== undefined);
  const issuedAt = Math.min(...own.map((run) => run.issuedAt));
  const oldest = own.filter((run) => run.issuedAt === issuedAt);
  return {
    issuedAt,
    availableAt: Math.max(...oldest.map((run) => run.availableAt)),
    currentUntil: Math.min(...own.map((run) => run.currentUntil)),
    whole: oldest.length === own.length,
  };
}

/**
 * Of the runs found before a reply came and after it, those that the reply must be of: the same both times, whole, and
 * long enough on all servers when it came. Between the two looks a run may have switched; values of the newer one with
 * the older one's date would look like a forecast from farther away that was as good. The newer is asked for in its turn.
 *
 * What remains: a newer run may already be on the server that replied, and not yet on the one that gave the metadata,
 * for as long as servers need to copy it.
 *
 * @throws WeatherglassError Unavailable where a server was asked later that has an older run still
 */
export function certainRuns(
  before: ReadonlyMap<string, ModelRun>,
  after: ReadonlyMap<string, ModelRun>,
  receivedAt: number,
): ReadonlyMap<string, ModelRun> {
  return new Map(
    [...before].filter(([name, run]) => {
      const later = after.get(name);
      if (later !== undefined && later.issuedAt < run.issuedAt) throw goneBack(name, run, later);
      return isSettled(run, receivedAt) && later?.whole === true && later.issuedAt === run.issuedAt;
    }),
  );
}

function goneBack(name: string, before: ModelRun, after: ModelRun): WeatherglassError {
  const [was, is] = [before, after].map(({ issuedAt }) => formatInstant(issuedAt));
  return new WeatherglassError(
    'Unavailable',
    `open-meteo, ${name}: its metadata went back from the run of ${was} to that of ${is}, so that it cannot be told of which the values are`,
  );
}

/**
 * Whether a run was whole and on all servers at a time, and no later one can be there: old metadata would give its date to
 * values of a newer run, which would look like a forecast from farther away that was as good.
 */
export function isSettled(run: ModelRun, at: number): boolean {
  return run.whole && run.availableAt <= at && at < run.currentUntil;
}
