import { describe, expect, it } from '@jest/globals';
import { checkLocalProfile, isLoopback } from './local-profile.ts';

describe('checkLocalProfile()', () => {
  it('accepts this machine by its names', () => {
    for (const host of ['localhost', 'localhost:8080', '127.0.0.1:1', '[::1]:8080', 'LOCALHOST'])
      expect(() => checkLocalProfile(host, undefined)).not.toThrow();
    expect(() => checkLocalProfile('localhost:8080', 'http://localhost:8080')).not.toThrow();
  });

  it('refuses every other host and origin', () => {
    for (const host of [
      undefined,
      '',
      'example.org',
      'localhost.example.org',
      '127.0.0.2',
      '[::2]',
      'localhost:80:80',
      'a@localhost',
    ])
      expect(() => checkLocalProfile(host, undefined)).toThrow();
    for (const origin of ['null', 'http://localhost:9', 'https://localhost:8080', 'http://evil.example'])
      expect(() => checkLocalProfile('localhost:8080', origin)).toThrow();
  });
});

describe('isLoopback()', () => {
  it('knows addresses that only this machine reaches', () => {
    expect(['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
