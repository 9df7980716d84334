import { describe, expect, it } from 'vitest';
import { openMeteoRefusal } from './open-meteo-refusal.ts';

const now = Date.UTC(2024, 5, 1, 21, 30);
const body = (reason: string) => ({ error: true, reason });

describe('openMeteoRefusal', () => {
  it.each([
    ['Minutely API request limit exceeded. Please try again in one minute.', 60_000],
    ['Hourly API request limit exceeded. Please try again in the next hour.', 3_600_000],
    ['Daily API request limit exceeded. Please try again tomorrow.', 2.5 * 3_600_000],
    ['Too many concurrent requests', 5000],
  ])('reads from %j how long to wait', (reason, retryAfterMs) => {
    expect(openMeteoRefusal(429, body(reason), now)).toEqual({ reason, retryAfterMs });
    expect(openMeteoRefusal(429, JSON.stringify(body(reason)), now)).toEqual({ reason, retryAfterMs });
  });

  it('gives the reason of other refusals, and no time', () => {
    const wrong = 'Latitude must be in range of -90 to 90°. Given: 522.52.';
    expect(openMeteoRefusal(400, body(wrong), now)).toEqual({ reason: wrong });
    expect(openMeteoRefusal(503, body('The service is overloaded'), now)).toEqual({
      reason: 'The service is overloaded',
    });
    expect(openMeteoRefusal(429, body('Enough!'), now)).toEqual({ reason: 'Enough!' });
    expect(openMeteoRefusal(502, '<html>Bad gateway</html>', now)).toEqual({
      reason: 'the request was refused with status 502',
    });
    expect(openMeteoRefusal(400, { error: true }, now)).toEqual({ reason: 'no reason was given' });
  });

  it('sees refusals that come as success and are no JSON', () => {
    expect(
      openMeteoRefusal(200, '{"latitude":nan,"longitude":nan,"utc_offset_seconds":0}', now)?.reason,
    ).toMatch(/nothing at this place/);
    expect(openMeteoRefusal(200, '{"elevation":[nan]}', now)?.reason).toMatch(/nothing at this place/);
    expect(
      openMeteoRefusal(200, '{"hourly":{"time":[Unexpected error while streaming data: timeout', now),
    ).toEqual({ reason: 'Unexpected error while streaming data: timeout' });
    expect(openMeteoRefusal(200, body('late'), now)).toEqual({ reason: 'late' });
  });

  it('lets what is no refusal pass', () => {
    expect(openMeteoRefusal(200, { latitude: 1, hourly: {} }, now)).toBeUndefined();
    expect(openMeteoRefusal(200, '{"elevation":[38.0]}', now)).toBeUndefined();
    expect(openMeteoRefusal(200, 'nonsense', now)).toBeUndefined();
    expect(openMeteoRefusal(204, undefined, now)).toBeUndefined();
  });
});
