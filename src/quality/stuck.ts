import { msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { type Check, type CheckedSeries, type Inspector, shown } from './check.ts';
import { type Element, elementOf, isDaily } from './element.ts';
import { largestFew } from './largest-few.ts';

/** From which smallest change on values are coarse, as whole °F or knots are, in the variable's unit. */
const COARSE: Partial<Record<Element, number>> = {
  'air temperature': 0.3,
  'dew point': 0.3,
  'felt temperature': 0.3,
  'ground temperature': 0.3,
  humidity: 0.6,
  'pressure at sea level': 0.6,
  'pressure at the ground': 0.6,
  wind: 0.3,
  gust: 0.3,
};

/** The own limit is twice the so-many-th longest run, for one that was stuck and not caught must not lift it. */
const FEW = 8;

interface Patience {
  /** Hours after which a place without history is doubted, by how coarse its values are. */
  readonly fine: number;
  readonly coarse: number;
  /** The place's own runs may not push it below. */
  readonly floor: number;
  /** Hours of history that make the own runs count. */
  readonly history: number;
  /** Hours without a value that end a run. */
  readonly gap: number;
  /** Fewest equal readings. */
  readonly readings: number;
}

/** After Dunn et al. 2012, table 4 (HadISD: 24 to 40 hourly values by resolution), doi 10.5194/cp-8-1649-2012. */
const hourly: Patience = { fine: 24, coarse: 30, floor: 8, history: 30 * 24, gap: 9, readings: 6 };
/** Durre et al. 2010 (GHCN-Daily: 20 days), doi 10.1175/2010JAMC2375.1. */
const daily: Patience = {
  fine: 20 * 24,
  coarse: 20 * 24,
  floor: 4 * 24,
  history: 120 * 24,
  gap: 60,
  readings: 5,
};

/**
 * Doubts a value that has not changed for longer than weather keeps still.
 *
 * A place with a month of readings is held to twice its own eighth-longest sound run plus an hour (a day), so that whole
 * °F are judged as whole °F; runs of fine and of coarse values are kept apart. Values at which weather does rest are
 * never stuck: calm, saturated air.
 */
export const stuck: Check = { name: 'stuck', open };

function open(series: CheckedSeries): Inspector | undefined {
  const { variable, times, values, flags } = series;
  const element = elementOf(variable);
  const coarseFrom = element && COARSE[element];
  if (coarseFrom === undefined || variable.periodHours > 24) return undefined;
  const patience = isDaily(variable) ? daily : hourly;
  const changes = recentChanges();
  const own = { fine: largestFew(FEW), coarse: largestFew(FEW) };
  const hours = { fine: 0, coarse: 0 };
  let first = -1;
  let last = -1;
  let readings = 0;
  /** Whether any value of the run is. */
  let doubted = false;

  const grain = () => (changes.smallest() >= coarseFrom ? 'coarse' : 'fine');
  const goesOn = (at: number) =>
    last >= 0 && values[at] === values[last] && times[at] - times[last] <= patience.gap * msPerHour;

  function limit(): number {
    const kind = grain();
    if (hours[kind] < patience.history || Number.isNaN(own[kind].least())) return patience[kind];
    const spare = isDaily(variable) ? 24 : 1;
    return Math.min(1.5 * patience[kind], Math.max(patience.floor, 2 * own[kind].least() + spare));
  }

  function judge(at: number): string {
    if (!goesOn(at) || rests(element, variable, values[at])) return '';
    const lasted = (times[at] - times[first]) / msPerHour;
    if (lasted <= limit() || readings + 1 < patience.readings) return '';
    const since = isDaily(variable) ? `${Math.round(lasted / 24) + 1} days` : `${Math.round(lasted)} h`;
    return `stuck: ${shown(values[at], variable.unit)} for ${since}`;
  }

  function learn(at: number): void {
    if (Number.isNaN(values[at])) return;
    const kind = grain();
    if (!goesOn(at)) {
      if (last >= 0 && !rests(element, variable, values[last]) && !doubted)
        own[kind].add((times[last] - times[first]) / msPerHour);
      doubted = flags[at] !== '';
      if (last >= 0 && flags[at] === '' && flags[last] === '')
        changes.add(Math.abs(values[at] - values[last]));
      first = at;
      readings = 1;
    } else {
      readings++;
      doubted ||= flags[at] !== '';
    }
    if (last >= 0) hours[kind] += Math.min(patience.gap, (times[at] - times[last]) / msPerHour);
    last = at;
  }

  return { judge, learn };
}

/** Where weather comes to rest. */
function rests(element: Element | undefined, { lower }: Variable, value: number): boolean {
  if (element === 'humidity') return value >= 95 || value === lower;
  if (element === 'wind' || element === 'gust') return value === 0;
  // Melting snow and freezing fog hold the air at 0 °C.
  return element === 'ground temperature' && value === 0;
}

/** The smallest of the last few changes, which shows how values are rounded; Infinity before there were as many. */
function recentChanges() {
  const FEW = 40;
  const ring = new Float64Array(FEW).fill(Infinity);
  let next = 0;
  let smallest = Infinity;
  return {
    add(change: number): void {
      if (change === 0) return;
      const gone = ring[next];
      ring[next] = change;
      next = (next + 1) % FEW;
      smallest = gone > smallest ? Math.min(smallest, change) : Math.min(...ring);
    },
    smallest: () => smallest,
  };
}
