/** A plain value with the keys of all its objects as JSON over HTTP has them: `rssBytes` becomes `rss_bytes`. */
export function snakeCased(value: unknown): unknown {
  return renamed(value, (key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** The way back from {@link snakeCased}. */
export function camelCased(value: unknown): unknown {
  return renamed(value, (key) => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [rename(key), renamed(own, rename)]));
}
