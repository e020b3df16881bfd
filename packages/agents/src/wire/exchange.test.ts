import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failure } from '@baton/core';
import { createEgress, type Egress } from '@baton/egress';
import { AgentFailureError } from '../adapter.ts';
import { contextOf } from '../invoke-context-fixture.ts';
import { createExchange, type Exchange } from './exchange.ts';

let egress: Egress;

beforeEach(() => {
  egress = createEgress({ policy: { allowLoopback: true } });
});
afterEach(() => egress.close());

const exchange = (): Exchange =>
  createExchange({
    agent: 'writer',
    headers: { authorization: 'Bearer key-of-the-app' },
    hidden: ['key-of-the-api'],
    lasting: /spent/,
    context: contextOf(egress),
  });

describe('an exchange', () => {
  it('does not try again what the vendor says will last', () => {
    expect(exchange().refuse(429, 'the quota is spent').failure.retryable).toBe(false);
    expect(exchange().refuse(429, 'too many').failure.retryable).toBe(true);
  });

  it('hides credentials, whoever quotes them', () => {
    const { detail } = exchange().refuse(400, 'no key-of-the-app, no key-of-the-api').failure;
    expect(detail).toBe('Agent "writer" answered 400: no ***, no ***');
    const quoted = new AgentFailureError(failure('runtime', 'a node was given key-of-the-app'));
    expect(exchange().failureOf(quoted).message).toBe('a node was given ***');
  });
});
