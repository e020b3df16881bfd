import { describe, expect, it } from '@jest/globals';
import { parseLocalPrincipal } from './local-principal.ts';
import { principalId } from './principal.ts';

describe('parseLocalPrincipal()', () => {
  it('makes a principal without roles author, operator and approver', () => {
    expect(parseLocalPrincipal('Bearer dev:ann', null)).toEqual({
      issuer: 'dev',
      subject: 'ann',
      name: 'ann',
      roles: ['viewer', 'operator', 'author', 'approver'],
      candidateRoles: ['author', 'operator', 'approver'],
      workspace: null,
    });
  });

  it('takes unknown role names as candidate roles only', () => {
    expect(parseLocalPrincipal('bearer dev:bob:editor,operator,editor', 'w')).toMatchObject({
      roles: ['viewer', 'operator'],
      candidateRoles: ['editor', 'operator'],
      workspace: 'w',
    });
  });

  it('lets an admin stand in for the platform roles', () => {
    expect(parseLocalPrincipal('Bearer dev:root:admin', null)?.candidateRoles).toEqual([
      'admin',
      'viewer',
      'operator',
      'author',
      'approver',
    ]);
  });

  it('refuses everything else', () => {
    for (const header of [
      undefined,
      '',
      'Bearer',
      'Basic dev:ann',
      'Bearer dev:',
      'Bearer dev:a b',
      'Bearer dev:ann:',
      'Bearer dev:ann:a,,b',
      'Bearer dev:ann:a:b',
      `Bearer dev:${'x'.repeat(65)}`,
      'Bearer dev:a\u0000',
    ])
      expect(parseLocalPrincipal(header, null)).toBeNull();
  });
});

describe('principalId()', () => {
  it('is issuer and subject', () => {
    expect(principalId({ issuer: 'dev', subject: 'ann' })).toBe('dev|ann');
  });
});
