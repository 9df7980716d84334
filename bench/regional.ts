import { emos } from '../src/models/emos.ts';
import { handMadeCases } from '../src/models/hand-made-cases.ts';
import { learnRegion } from '../src/models/learn-region.ts';
import { type Cases, recentNames, type Selection } from '../src/models/model.ts';
import { regional as model } from '../src/models/regional.ts';
import { settingsFor } from '../src/models/settings.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';
import { alone } from './alone.ts';
import { type Bench, type Effort, measure, rowsFor } from './measure.ts';
import { gaussian } from './simulated.ts';

const PLACES = 94;
const leads = [24, 48, 72, 96];
const perDay = PLACES * leads.length;
const DAYS = 250;
/** What the rest of the table says: 15 terms together with those of the forecast, the season and the recent past. */
const contextNames = ['change', 'change_before', 'before_temperature_2m_max', 'with_temperature_2m_min'];
const variable = findVariable('temperature_2m_max');
const settings = settingsFor(variable);
const unstopped = { checkpoint() {} };

/** Maxima of the day like those of 94 cities, one to four days ahead, with the errors of the recent past and a bias of each city. */
function cities(days: number): Cases {
  const draw = gaussian('bench/regional');
  const size = days * perDay;
  const biases = Float64Array.from({ length: PLACES }, () => 0.8 * draw());
  const leadOf = (row: number) => leads[row % leads.length];
  const placeOf = (row: number) => Math.floor(row / leads.length) % PLACES;
  const validTime = Float64Array.from(
    { length: size },
    (_, row) => Date.UTC(2021, 0, 1) + (Math.floor(row / perDay) + 5) * msPerDay,
  );
  const forecasts = Float64Array.from({ length: size }, () => 15 + 9 * draw());
  const recent = Float64Array.from({ length: size * recentNames.length }, (_, k) => {
    const row = Math.floor(k / recentNames.length);
    return k % recentNames.length < 4 ? forecasts[row] + 3 * draw() : biases[placeOf(row)] + draw();
  });
  return handMadeCases({
    size,
    variable,
    places: Array.from({ length: PLACES }, (_, k) => `city ${k}`),
    locations: Float64Array.from(
      { length: 3 * PLACES },
      (_, k) => [35 + 5 * draw(), -95 + 12 * draw(), 300][k % 3],
    ),
    place: Int32Array.from({ length: size }, (_, row) => placeOf(row)),
    lead: Number.NaN,
    leads: Float64Array.from({ length: size }, (_, row) => leadOf(row)),
    validTime,
    knownTime: validTime.map((time) => time + 30 * msPerHour),
    columns: ['model_a'],
    forecasts,
    recent,
    contextNames,
    context: Float64Array.from({ length: size * contextNames.length }, draw),
    outcome: Float64Array.from(forecasts, (forecast, row) => {
      const error = recent[row * recentNames.length + recentNames.indexOf('error_last')];
      return forecast + biases[placeOf(row)] + 0.3 * error + (1 + leadOf(row) / 48) * draw();
    }),
  });
}

function rowsWhere({ size }: Cases, keep: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length: size }, (_, row) => row).filter(keep);
}

/** A region from all its outcomes, the same with one day's news, and EMOS of one lead, in a thread of their own. */
export function measureUpdates(effort: Effort) {
  const days = Math.max(3, Math.round(rowsFor(effort, DAYS * perDay) / perDay));
  const cases = cities(days);
  const all: Selection = { cases, rows: rowsWhere(cases, () => true) };
  const before: Selection = { cases, rows: rowsWhere(cases, (row) => row < (days - 1) * perDay) };
  const dayAhead: Selection = { cases, rows: rowsWhere(cases, (row) => cases.leads[row] === leads[0]) };
  const earlier = model.fit(before, settings, unstopped);
  const { seconds, ratio } = measure(
    {
      scratch: () => learnRegion(all, settings, unstopped).betweenPlaces,
      oneDay: () => model.fit(all, settings, unstopped, earlier).region.betweenPlaces,
      emos: () => emos.fit(dayAhead, settings, unstopped).coefficients.meanScore,
    },
    effort,
  );
  return {
    updatesPerSecond: all.rows.length / seconds('scratch'),
    oneDayUpdatesPerSecond: perDay / seconds('oneDay'),
    oneDayFitsPerSecond: 1 / seconds('oneDay'),
    emosRowsPerSecond: dayAhead.rows.length / seconds('emos'),
    oneDaysPerFit: ratio('scratch', 'oneDay'),
  };
}

/** How fast the regional model learns on one core. */
export const regional: Bench = {
  name: 'regional',
  about:
    'outcomes that a region of 94 places and 4 leads learns a second: 94,000 from scratch, one day of news; beside EMOS',
  async run(effort) {
    const { emosRowsPerSecond, ...figures } = await alone(import.meta.url, measureUpdates, effort);
    return { figures, peers: { emosRowsPerSecond } };
  },
};
