import type { CacheView } from '../runtime/inspection.ts';

/** An encoded reply. */
export interface CachedReply {
  readonly body: Buffer;
  readonly contentType: string;
}

export interface ReplyCache {
  /** The reply kept for a URL; none if what it was made of has changed. */
  get(url: string, state: string): CachedReply | undefined;
  /** Whether a reply is worth keeping: its URL was asked for before in the same state, which is still that of the cache. */
  wants(url: string, state: string): boolean;
  /** Keeps a reply that was made while the store was in `state`; not if the cache has seen a later one. */
  put(url: string, state: string, reply: CachedReply): void;
  look(): Omit<CacheView, 'name'>;
}

export interface CacheLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** URLs that are remembered as asked for once, by entry. */
const REMEMBERED = 4;

/**
 * Encoded replies by raw URL, all of one state: the first request of another state empties the cache.
 *
 * The first reply of a URL is not wanted: while the store changes often most are asked for once, and keeping them would
 * cost memory, and pauses to collect it. The reply used longest ago makes room. A reply that would fill more than a quarter
 * is not kept.
 */
export function replyCache({ entries, bytes }: CacheLimits): ReplyCache {
  const replies = new Map<string, CachedReply>();
  /** How often each URL that was missed has been asked for. */
  const asked = new Map<string, number>();
  let kept = 0;
  let hits = 0;
  let misses = 0;
  let of = '';

  function drop(url: string): void {
    kept -= replies.get(url)?.body.length ?? 0;
    replies.delete(url);
  }

  return {
    get(url, state) {
      if (state !== of) {
        replies.clear();
        asked.clear();
        kept = 0;
        of = state;
      }
      const reply = replies.get(url);
      if (reply === undefined) {
        misses++;
        if (asked.size >= REMEMBERED * entries) asked.clear();
        asked.set(url, (asked.get(url) ?? 0) + 1);
        return undefined;
      }
      hits++;
      // Put back at the end: a Map keeps its entries in the order they were put in.
      replies.delete(url);
      replies.set(url, reply);
      return reply;
    },

    wants: (url, state) => state === of && (asked.get(url) ?? 0) > 1,

    look: () => ({ entries: replies.size, bytes: kept, hits, misses }),

    put(url, state, reply) {
      if (state !== of || reply.body.length > bytes / 4) return;
      drop(url);
      replies.set(url, reply);
      kept += reply.body.length;
      for (const [oldest] of replies) {
        if (replies.size <= entries && kept <= bytes) break;
        drop(oldest);
      }
    },
  };
}
