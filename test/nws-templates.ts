/**
 * A recorded reply of the US National Weather Service whose times were replaced by templates such as
 * `date:now:hour 5 hours / PT1H`, with times again.
 *
 * @param now what "now" stands for, epoch milliseconds
 *
 * @example
 * withTimes('"date:now:hour 1 hours / PT2H"', Date.UTC(2024, 2, 19, 16, 40)); // '"2024-03-19T17:00:00.000Z/PT2H"'
 */
export function withTimes(text: string, now: number): string {
  const wholeHour = Math.floor(now / 3_600_000) * 3_600_000;
  return text.replace(
    /date:now(:hour)?(?: ([+-]?\d+) (seconds|hours))?( \/ )?/g,
    (_, hour: string | undefined, count = '0', unit: string | undefined, slash: string | undefined) => {
      const offset = Number(count) * (unit === 'hours' ? 3_600_000 : 1000);
      return new Date((hour ? wholeHour : now) + offset).toISOString() + (slash ? '/' : '');
    },
  );
}
