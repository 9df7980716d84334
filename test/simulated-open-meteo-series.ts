import type { Location } from '../src/weather/location.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { textKey, uniform } from './simulated-noise.ts';
import type { SimulatedModel } from './simulated-open-meteo-models.ts';
import {
  type AskedPlace,
  type AskedUnits,
  type AskedVariable,
  newestRun,
  type OpenMeteoQuery,
  runEveryHours,
} from './simulated-open-meteo-query.ts';
import { cycleAt } from './simulated-reply.ts';
import type { SimulatedState } from './simulated-state.ts';
import { fixedText, timeTexts } from './simulated-text.ts';
import type { Measure } from './simulated-variables.ts';
import {
  memberShare,
  type SimulatedPlace,
  type SimulatedRun,
  type SimulatedWeather,
  sdFast,
} from './simulated-weather.ts';

/** A column of a reply, while it is being written. */
interface Column {
  readonly key: string;
  readonly unit: string;
  readonly text: (state: SimulatedState, lead: number) => string;
  values: string;
}

/** Columns that come from the same run, and of an ensemble from the same member. */
interface ColumnGroup {
  readonly model: SimulatedModel;
  readonly daysBefore: number;
  /** 0 for the control. */
  readonly member: number;
  readonly columns: readonly Column[];
}

/** A place's object in a reply: coordinates of its cell, then hours, each value `null` where its model says nothing. */
export function seriesBody(
  weather: SimulatedWeather,
  asked: OpenMeteoQuery,
  place: AskedPlace,
  models: readonly SimulatedModel[],
  index: number,
  now: number,
): string {
  const { start, hours, unixtime } = asked;
  const cell = (value: number) => Math.round(Math.round(value / models[0].grid) * models[0].grid * 1e5) / 1e5;
  const centre = { latitude: cell(place.latitude), longitude: cell(place.longitude) };
  const elevation = place.cellHeight ? weather.terrain(centre.latitude, centre.longitude) : place.elevation;
  const here = weather.at({ ...place, elevation });

  const suffix = (model: SimulatedModel) => (models.length > 1 ? `_${model.name}` : '');
  const groups = models.flatMap((model) => groupsOf(asked, model, suffix(model), here));
  writeHours(groups, asked, here, now);

  const columns = groups.flatMap((group) => group.columns);
  const offset = asked.offsetSeconds * 1000;
  const time = unixtime
    ? Array.from({ length: hours }, (_, k) => start / 1000 + k * 3600).join(',')
    : `"${timeTexts(start + offset, msPerHour, hours, 16).join('","')}"`;
  let units = `"time":"${unixtime ? 'unixtime' : 'iso8601'}"`;
  let series = `"time":[${time}]`;
  for (const { key, unit, values } of columns) {
    units += `,"${key}":"${unit}"`;
    // Each value was written with a comma before it.
    series += `,"${key}":[${values.slice(1)}]`;
  }
  const milliseconds = 0.05 + uniform(textKey(`${place.text}${start}`));
  const id = index === 0 ? '' : `"location_id":${index},`;
  const head =
    `{"latitude":${centre.latitude},"longitude":${centre.longitude},"generationtime_ms":${milliseconds},` +
    `"utc_offset_seconds":${asked.offsetSeconds},"timezone":"${asked.zone}",` +
    `"timezone_abbreviation":"${abbreviation(asked.offsetSeconds)}","elevation":${fixedText(here.elevation, 1)},${id}`;
  if (columns.length === 0) return `${head.slice(0, -1)}}`;
  return `${head}"hourly_units":{${units}},"hourly":{${series}}}`;
}

function abbreviation(offsetSeconds: number): string {
  if (offsetSeconds === 0) return 'GMT';
  const minutes = Math.abs(offsetSeconds) / 60;
  const rest = minutes % 60;
  return `GMT${offsetSeconds < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${rest === 0 ? '' : `:${rest}`}`;
}

function groupsOf(
  asked: OpenMeteoQuery,
  model: SimulatedModel,
  suffix: string,
  here: SimulatedPlace,
): readonly ColumnGroup[] {
  const days = [...new Set(asked.variables.map(({ daysBefore }) => daysBefore))];
  const groups = days.map((daysBefore): ColumnGroup => {
    const variables = asked.variables.filter((one) => one.daysBefore === daysBefore);
    const columns = variables.map((one) => columnOf(one, `${one.name}${suffix}`, model, asked.units, here));
    return { model, daysBefore, member: 0, columns };
  });
  for (let member = 1; member <= (model.members ?? 0); member++) {
    const ending = `_member${String(member).padStart(2, '0')}${suffix}`;
    const columns = asked.variables.map((one) =>
      columnOf(one, `${one.name}${ending}`, model, asked.units, here),
    );
    groups.push({ model, daysBefore: 0, member, columns });
  }
  return groups;
}

function columnOf(
  { variable, base, isSpread }: AskedVariable,
  key: string,
  model: SimulatedModel,
  units: AskedUnits,
  here: Location,
): Column {
  const { unit, times, plus, decimals } = unitOf(variable.measure, units);
  if (isSpread)
    return { key, unit: 'K', values: '', text: (_, lead) => fixedText(memberShare * sdFast(lead), 2) };
  if (model.lacks?.includes(base) === true) return { key, unit: 'undefined', values: '', text: () => 'null' };
  const { of } = variable;
  return { key, unit, values: '', text: (state) => fixedText(of(state, here) * times + plus, decimals) };
}

/** Fills the columns hour by hour, so that all models share what the truth is at that hour. */
function writeHours(
  groups: readonly ColumnGroup[],
  asked: OpenMeteoQuery,
  here: SimulatedPlace,
  now: number,
): void {
  const { endpoint, start, hours } = asked;
  const newest = newestRun(now);
  const runs = new Map<string, SimulatedRun>();
  const runOf = (name: string, issuedAt: number) => {
    const key = `${name} ${issuedAt}`;
    const known = runs.get(key);
    if (known !== undefined) return known;
    const run = here.run(endpoint === 'ensemble' ? `${name} ensemble` : name, issuedAt);
    runs.set(key, run);
    return run;
  };
  const current = groups.map(() => ({ issuedAt: Number.NaN, stateAt: here.reanalysis }));
  for (let hour = 0; hour < hours; hour++) {
    const time = start + hour * msPerHour;
    for (const [at, { model, daysBefore, member, columns }] of groups.entries()) {
      let lead = 0;
      let known = time <= now - daysLate(model) * msPerDay;
      const mine = current[at];
      if (endpoint !== 'archive') {
        const issuedAt = asked.run ?? Math.min(newest, cycleAt(time - daysBefore * msPerDay, runEveryHours));
        lead = (time - issuedAt) / msPerHour;
        known = lead >= 0 && lead <= model.horizon;
        if (known && mine.issuedAt !== issuedAt) {
          const run = runOf(model.name, issuedAt);
          mine.issuedAt = issuedAt;
          mine.stateAt = member === 0 ? run.at : run.member(member);
        }
      }
      const state = known ? mine.stateAt(time) : undefined;
      for (const column of columns)
        column.values += state === undefined ? ',null' : `,${column.text(state, lead)}`;
    }
  }
}

/** Days that a reanalysis is late. */
function daysLate({ name }: SimulatedModel): number {
  return name === 'best_match' || name === 'ecmwf_ifs' ? 2 : 5;
}

interface UnitOf {
  readonly unit: string;
  readonly times: number;
  readonly plus: number;
  readonly decimals: number;
}

const plainUnits: Readonly<Record<Exclude<Measure, 'temperature' | 'speed' | 'rain' | 'snow'>, UnitOf>> = {
  percent: { unit: '%', times: 1, plus: 0, decimals: 0 },
  pressure: { unit: 'hPa', times: 1, plus: 0, decimals: 1 },
  angle: { unit: '°', times: 1, plus: 0, decimals: 0 },
  radiation: { unit: 'W/m²', times: 1, plus: 0, decimals: 1 },
  length: { unit: 'm', times: 1, plus: 0, decimals: 2 },
  duration: { unit: 's', times: 1, plus: 0, decimals: 2 },
  code: { unit: 'wmo code', times: 1, plus: 0, decimals: 0 },
};
const speeds = {
  kmh: { unit: 'km/h', times: 3.6, plus: 0, decimals: 1 },
  ms: { unit: 'm/s', times: 1, plus: 0, decimals: 2 },
  mph: { unit: 'mp/h', times: 1 / 0.44704, plus: 0, decimals: 1 },
  kn: { unit: 'kn', times: 3600 / 1852, plus: 0, decimals: 1 },
} as const;

function unitOf(measure: Measure, units: AskedUnits): UnitOf {
  if (measure === 'temperature')
    return units.temperature === 'celsius'
      ? { unit: '°C', times: 1, plus: 0, decimals: 1 }
      : { unit: '°F', times: 1.8, plus: 32, decimals: 1 };
  if (measure === 'speed') return speeds[units.speed];
  if (measure !== 'rain' && measure !== 'snow') return plainUnits[measure];
  const rain = measure === 'rain';
  return units.rain === 'mm'
    ? { unit: rain ? 'mm' : 'cm', times: 1, plus: 0, decimals: 2 }
    : { unit: 'inch', times: rain ? 1 / 25.4 : 1 / 2.54, plus: 0, decimals: 3 };
}
