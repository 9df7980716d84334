import type { SimulatedProviderName } from './simulated-reply.ts';

// What faults do to bodies. They are rare, so bodies are parsed and written anew. All answer undefined where a body has
// nothing that could be spoilt so.

type Json = { [name: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

/** The series of a body: arrays that run in parallel. */
function seriesOf(provider: SimulatedProviderName, body: unknown): unknown[][][] {
  const series = (...parallel: readonly unknown[]) => {
    const arrays = parallel.filter((one) => Array.isArray(one));
    return arrays.length > 0 && arrays[0].length > 4 ? [arrays] : [];
  };
  const properties = at(body, 'properties');
  switch (provider) {
    case 'open-meteo':
      return (Array.isArray(body) ? body : [body]).flatMap((place) => {
        const hourly = at(place, 'hourly');
        return isObject(hourly) ? series(...Object.values(hourly)) : [];
      });
    case 'met-norway':
      return series(at(properties, 'timeseries'));
    case 'us-nws':
      return [
        at(at(properties, 'temperature'), 'values'),
        at(properties, 'periods'),
        at(body, 'features'),
      ].flatMap((one) => series(one));
    case 'metar':
      return series(body);
  }
}

function changeSeries(
  provider: SimulatedProviderName,
  text: string,
  change: (array: unknown[], middle: number) => void,
): string | undefined {
  const body: unknown = JSON.parse(text);
  const series = seriesOf(provider, body);
  if (series.length === 0) return undefined;
  for (const arrays of series) {
    const middle = arrays[0].length >> 1;
    for (const array of arrays) change(array, middle);
  }
  return JSON.stringify(body);
}

/** Two neighbours in the middle of each series change places. */
export function swapHours(provider: SimulatedProviderName, text: string): string | undefined {
  return changeSeries(provider, text, (array, middle) => {
    [array[middle - 1], array[middle]] = [array[middle], array[middle - 1]];
  });
}

export function repeatHour(provider: SimulatedProviderName, text: string): string | undefined {
  return changeSeries(provider, text, (array, middle) => array.splice(middle, 0, array[middle]));
}

export function skipHour(provider: SimulatedProviderName, text: string): string | undefined {
  return changeSeries(provider, text, (array, middle) => array.splice(middle, 1));
}

/** Temperatures in °F; only if `honest`, the unit says so. */
export function spoilUnits(
  provider: SimulatedProviderName,
  text: string,
  honest: boolean,
): string | undefined {
  const body: unknown = JSON.parse(text);
  const changed = spoilers[provider](body, honest);
  return changed ? JSON.stringify(body) : undefined;
}

/** A temperature of 9,999 in the middle of the first series of a forecast; in a METAR a text. */
export function spoilOne(provider: SimulatedProviderName, text: string): string | undefined {
  const body: unknown = JSON.parse(text);
  const properties = at(body, 'properties');
  const spoil = (holder: unknown, name: PropertyKey, value: unknown): string | undefined => {
    if (typeof holder !== 'object' || holder === null || !(name in holder)) return undefined;
    (holder as Record<PropertyKey, unknown>)[name] = value;
    return JSON.stringify(body);
  };
  const middleOf = (list: unknown): unknown => (Array.isArray(list) ? list[list.length >> 1] : undefined);
  switch (provider) {
    case 'open-meteo': {
      const hourly = at(Array.isArray(body) ? body[0] : body, 'hourly');
      if (!isObject(hourly)) return undefined;
      const values = Object.entries(hourly).find(([name]) => name.startsWith('temperature_2m'))?.[1];
      return Array.isArray(values) ? spoil(values, values.length >> 1, 9999) : undefined;
    }
    case 'met-norway': {
      const step = middleOf(at(properties, 'timeseries'));
      return spoil(at(at(at(step, 'data'), 'instant'), 'details'), 'air_temperature', 9999);
    }
    case 'us-nws':
      return spoil(middleOf(at(at(properties, 'temperature'), 'values')), 'value', 9999);
    case 'metar':
      return spoil(middleOf(body), 'temp', 'M');
  }
}

function fahrenheit(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 18 + 320) / 10 : value;
}

type Spoiler = (body: unknown, honest: boolean) => boolean;

const spoilers: Readonly<Record<SimulatedProviderName, Spoiler>> = {
  'open-meteo': (body, honest) => {
    let changed = false;
    for (const place of Array.isArray(body) ? body : [body]) {
      const units = at(place, 'hourly_units');
      const hourly = at(place, 'hourly');
      if (!isObject(units) || !isObject(hourly)) continue;
      for (const [key, unit] of Object.entries(units)) {
        const values = hourly[key];
        if (unit !== '°C' || !Array.isArray(values)) continue;
        hourly[key] = values.map(fahrenheit);
        if (honest) units[key] = '°F';
        changed = true;
      }
    }
    return changed;
  },
  'met-norway': (body, honest) => {
    const properties = at(body, 'properties');
    const units = at(at(properties, 'meta'), 'units');
    const series = at(properties, 'timeseries');
    if (!isObject(units) || !Array.isArray(series)) return false;
    const names = Object.keys(units).filter((name) => units[name] === 'celsius');
    for (const step of series)
      for (const part of Object.values(isObject(step.data) ? step.data : {})) {
        const details = at(part, 'details');
        if (isObject(details))
          for (const name of names) if (name in details) details[name] = fahrenheit(details[name]);
      }
    if (honest) for (const name of names) units[name] = 'fahrenheit';
    return true;
  },
  'us-nws': (body, honest) => {
    const properties = at(body, 'properties');
    const features = at(body, 'features');
    const observed = Array.isArray(features) ? features.map((one) => at(one, 'properties')) : [properties];
    let changed = false;
    for (const one of observed)
      for (const name of ['temperature', 'dewpoint']) {
        const quantity = at(one, name);
        if (!isObject(quantity)) continue;
        const unit = 'uom' in quantity ? 'uom' : 'unitCode';
        const { values } = quantity;
        if (Array.isArray(values)) for (const interval of values) interval.value = fahrenheit(interval.value);
        else quantity.value = fahrenheit(quantity.value);
        if (honest) quantity[unit] = 'wmoUnit:degF';
        changed = true;
      }
    return changed;
  },
  // A METAR names no unit that could be another.
  metar: (body, honest) => {
    if (honest || !Array.isArray(body)) return false;
    for (const report of body) if (isObject(report)) report.temp = fahrenheit(report.temp);
    return true;
  },
};
