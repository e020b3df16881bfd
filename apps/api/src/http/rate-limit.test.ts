import { describe, expect, it } from '@jest/globals';
import { createRateLimiter, rateLimitHeaders } from './rate-limit.ts';

describe('createRateLimiter()', () => {
  it('counts per client and forgets after a minute', () => {
    let now = 0;
    const limiter = createRateLimiter(2, () => now);
    expect(
      [limiter.take('a'), limiter.take('a'), limiter.take('a'), limiter.take('b')].map(
        ({ allowed }) => allowed,
      ),
    ).toEqual([true, true, false, true]);
    now = 60_000;
    expect(limiter.take('a')).toEqual({ allowed: true, remaining: 1, resetSeconds: 60 });
  });

  it('holds its memory bounded however many clients come', () => {
    const limiter = createRateLimiter(1, () => 0);
    for (let i = 0; i < 10_001; i += 1) limiter.take(`client ${i}`);
    expect(limiter.take('client 0').allowed).toBe(true);
    expect(limiter.take('client 10000').allowed).toBe(false);
  });
});

describe('rateLimitHeaders()', () => {
  it('has the form of the IETF draft', () => {
    expect(rateLimitHeaders(100, { allowed: true, remaining: 42, resetSeconds: 17 })).toEqual({
      'RateLimit-Policy': '"default";q=100;w=60',
      RateLimit: '"default";r=42;t=17',
    });
  });
});
