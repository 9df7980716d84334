import type { Variable } from '../weather/variable.ts';

/** An event that people ask for, as a threshold of a variable. */
export interface WeatherEvent {
  /** Heading of its chance. */
  readonly name: string;
  readonly threshold: number;
  /** Whether it is a value below the threshold, not one that reaches it. */
  readonly below: boolean;
}

/** Rain that a US rain gauge can show, 0.01 inch, in mm: the usual meaning of "a day with rain". */
const measurableRain = 0.254;

/** The event whose chance belongs beside a variable's intervals: rain for amounts of rain, frost for temperatures. */
export function eventOf({ name, unit }: Variable): WeatherEvent | undefined {
  if (unit === 'mm' && /^(?:precipitation|rain|showers)/.test(name))
    return { name: `chance of ≥ ${measurableRain} mm (measurable)`, threshold: measurableRain, below: false };
  if (unit === '°C') return { name: 'chance of frost (< 0 °C)', threshold: 0, below: true };
  return undefined;
}

/** Its chance, from that of reaching the threshold. */
export function chanceOf(event: WeatherEvent, probabilities: Readonly<Record<string, number>>): number {
  const reached = probabilities[String(event.threshold)] ?? Number.NaN;
  return event.below ? 1 - reached : reached;
}
