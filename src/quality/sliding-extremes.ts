/**
 * The least and the greatest of the values of the last `spanMs`, as one goes along a series: O(1) a value, amortised, by
 * queues of those that can still become the extreme.
 */
export function slidingExtremes(times: Float64Array, values: Float64Array, spanMs: number) {
  const low = queue((a, b) => values[a] <= values[b]);
  const high = queue((a, b) => values[a] >= values[b]);
  const all: number[] = [];
  let first = 0;

  function forget(now: number): void {
    const start = now - spanMs;
    while (first < all.length && times[all[first]] < start) first++;
    low.forget(times, start);
    high.forget(times, start);
  }

  return {
    add(at: number): void {
      all.push(at);
      low.add(at);
      high.add(at);
    },
    /** Drops what is older than the span at the time `now`. */
    forget,
    count: () => all.length - first,
    /** Milliseconds between the oldest and the newest value; 0 of none. */
    span: () => (first < all.length ? times[all[all.length - 1]] - times[all[first]] : 0),
    least: () => values[low.front()],
    most: () => values[high.front()],
  };
}

function queue(beats: (a: number, b: number) => boolean) {
  const kept: number[] = [];
  let first = 0;
  return {
    add(at: number): void {
      while (kept.length > first && beats(at, kept[kept.length - 1])) kept.pop();
      kept.push(at);
    },
    forget(times: Float64Array, start: number): void {
      while (first < kept.length && times[kept[first]] < start) first++;
    },
    front: () => kept[first],
  };
}
