const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An instant on the clocks of a zone, such as `Sat 31 Jan, 16:00`. */
export function localTime(time: number, zone: string): string {
  const zoned = zonedTime(time, zone);
  return `${dayText(zoned)}, ${clockText(zoned)}`;
}

/** The same with its year, such as `Sat 31 Jan 2004, 16:00`. */
export function localTimeOfYear(time: number, zone: string): string {
  const zoned = zonedTime(time, zone);
  return `${dayText(zoned)} ${zoned.year}, ${clockText(zoned)}`;
}

/** The date in a zone, such as `31 Jan 2004`. */
export function localDate(time: number, zone: string): string {
  const { day, month, year } = zonedTime(time, zone);
  return `${day} ${months[month - 1]} ${year}`;
}

/** Whether a local day ends at an instant. */
export function endsDay(time: number, zone: string): boolean {
  const { hour, minute } = zonedTime(time, zone);
  return hour === 0 && minute === 0;
}

/** The local day that ends at an instant, such as `Sat 31 Jan`. */
export function dayBefore(end: number, zone: string): string {
  return dayText(zonedTime(end, zone).subtract({ days: 1 }));
}

function zonedTime(time: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(time)).toZonedDateTimeISO(zone);
}

function dayText({ dayOfWeek, day, month }: Temporal.ZonedDateTime): string {
  return `${weekdays[dayOfWeek - 1]} ${day} ${months[month - 1]}`;
}

function clockText({ hour, minute }: Temporal.ZonedDateTime): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
