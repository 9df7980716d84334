import { msPerDay } from '../weather/time.ts';
import { converter } from '../weather/units.ts';
import { type Check, type CheckedSeries, type Inspector, isSound, shown } from './check.ts';
import { elementOf } from './element.ts';
import { slidingExtremes } from './sliding-extremes.ts';

interface Suspects {
  /** Units that values could be in by mistake, likelier ones first. */
  readonly units: readonly string[];
  /** Beyond what the place is used to by so much, in the variable's unit, a value asks for an explanation. */
  readonly surprise: number;
  /** How far beyond what the place is used to the explained value may lie. */
  readonly slack: number;
}

const temperature: Suspects = { units: ['°F', 'K'], surprise: 15, slack: 5 };
/** By the variable's unit. What another unit makes a little larger or smaller, as wind in knots, no single value shows. */
const suspects: Readonly<Record<string, Suspects>> = {
  '°C': temperature,
  hPa: { units: ['kPa', 'Pa', 'inHg', 'mmHg'], surprise: 80, slack: 15 },
  '%': { units: ['1'], surprise: 8, slack: 10 },
  'MJ/m²': { units: ['kWh/m²', 'Wh/m²', 'kJ/m²', 'J/m²'], surprise: 30, slack: 3 },
};
/** The sky is often at 0 or 100 % without anything being wrong with the unit; snow in cm is deeper than any in m. */
const byElement = { 'snow depth': { units: ['cm', 'inch', 'mm'], surprise: 2, slack: 0.3 } } as const;

/** Days that say what the place is used to, and fewest sound values in them. */
const LATELY = 30;
const ENOUGH = 10;
/** And fewest days between the first and the last of them. */
const DAYS = 3;

/**
 * Doubts a value that its place can only have in another unit than the variable's, such as 68 °C where it has been 12 to
 * 24 °C: 68 °F is 20 °C. Only what is too high for °C is looked at: a cold wave is no mistake of unit.
 *
 * A level that changed with the unit is doubted for as long as the last 30 days know the old one. Wind is for
 * unit-level.ts: a storm looks like a mistake of unit.
 */
export const unitMistake: Check = { name: 'unit', open };

function open(series: CheckedSeries): Inspector | undefined {
  const { variable, times, values } = series;
  const element = elementOf(variable);
  const suspected = element === 'snow depth' ? byElement[element] : suspects[variable.unit];
  if (suspected === undefined || element === undefined) return undefined;
  const { surprise, slack } = suspected;
  const explanations = suspected.units.map((unit) => ({ unit, meant: converter(unit, variable.unit) }));
  const recent = slidingExtremes(times, values, LATELY * msPerDay);

  function judge(at: number): string {
    recent.forget(times[at]);
    if (recent.count() < ENOUGH || recent.span() < DAYS * msPerDay) return '';
    const value = values[at];
    const least = recent.least();
    const most = recent.most();
    if (value <= most + surprise && (value >= least - surprise || variable.unit === '°C')) return '';
    const explained = explanations.find(({ meant }) => {
      const other = meant(value);
      return other >= least - slack && other <= most + slack;
    });
    if (explained === undefined) return '';
    return (
      `unit: ${shown(value, variable.unit)} where the last ${LATELY} days had ${shown(least, variable.unit)} to ` +
      `${shown(most, variable.unit)}; in ${explained.unit} it would be ${shown(explained.meant(value), variable.unit)}`
    );
  }

  return {
    judge,
    learn: (at) => {
      if (isSound(series, at)) recent.add(at);
    },
  };
}
