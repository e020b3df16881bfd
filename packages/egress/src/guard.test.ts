import { describe, expect, it } from '@jest/globals';
import { codeOf } from './errors.ts';
import { createGuard, type EgressPolicy } from './guard.ts';

const verdict = (policy: EgressPolicy, address: string, hostname = address): string => {
  try {
    createGuard(policy).checkAddress(hostname, address);
    return 'allowed';
  } catch (error) {
    return codeOf(error);
  }
};

const urlVerdict = (policy: EgressPolicy, url: string): string => {
  try {
    return createGuard(policy).checkUrl(url).href;
  } catch (error) {
    return codeOf(error);
  }
};

describe('createGuard()', () => {
  it('lets 127/8 and ::1 through with allowLoopback, and nothing that merely leads there', () => {
    const policy = { allowLoopback: true };
    const through = ['127.0.0.1', '127.9.9.9', '::1'].map((address) => verdict(policy, address));
    const refused = [
      '0.0.0.0',
      '::',
      '::ffff:127.0.0.1',
      '::7f00:1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '10.0.0.1',
    ];
    expect(through).toEqual(['allowed', 'allowed', 'allowed']);
    expect(refused.filter((address) => verdict(policy, address) === 'allowed')).toEqual([]);
  });

  it('grants a private network to its own addresses only', () => {
    const policy = { allowLoopback: false, allowPrivate: ['10.1.0.0/16', 'fd12::/16'] };
    expect(verdict(policy, '10.1.2.3')).toBe('allowed');
    expect(verdict(policy, 'fd12::7')).toBe('allowed');
    expect(verdict(policy, '10.2.0.1')).toBe('blocked_address');
    expect(verdict(policy, '::ffff:10.1.2.3')).toBe('blocked_address');
  });

  it('grants a host its private addresses, whatever network they lie in', () => {
    const policy = { allowLoopback: false, allowPrivate: ['n8n.intern.test'] };
    expect(verdict(policy, '192.168.4.4', 'n8n.intern.test')).toBe('allowed');
    expect(verdict(policy, '192.168.4.4', 'n8n.intern.test.')).toBe('allowed');
    expect(verdict(policy, '192.168.4.4', 'other.test')).toBe('blocked_address');
    expect(verdict(policy, '127.0.0.1', 'n8n.intern.test')).toBe('blocked_address');
  });

  it('never grants metadata, link-local or the unspecified address', () => {
    const policy = { allowLoopback: true, allowPrivate: ['0.0.0.0/0', '::/0', 'metadata.test'] };
    const never = [
      '169.254.169.254',
      '100.100.100.200',
      'fd00:ec2::254',
      '168.63.129.16',
      'fe80::1',
      '0.0.0.0',
      '::',
    ];
    expect(never.filter((address) => verdict(policy, address, 'metadata.test') === 'allowed')).toEqual([]);
  });

  it('judges the embedded address of a granted NAT64 prefix too', () => {
    const policy = { allowLoopback: true, allowPrivate: ['64:ff9b::/96'] };
    expect(verdict(policy, '64:ff9b::8.8.8.8')).toBe('allowed');
    expect(verdict(policy, '64:ff9b::10.0.0.1')).toBe('blocked_address');
    expect(verdict(policy, '64:ff9b::127.0.0.1')).toBe('blocked_address');
  });

  it('allows exactly the named ports when the policy names some', () => {
    const policy = { allowLoopback: false, allowedPorts: [443, 5432] };
    expect(urlVerdict(policy, 'https://example.test/x')).toBe('https://example.test/x');
    expect(urlVerdict(policy, 'https://example.test:5432/')).toBe('https://example.test:5432/');
    expect(urlVerdict(policy, 'http://example.test/')).toBe('blocked_port');
  });

  it('refuses a policy entry that is neither a network nor a host', () => {
    const broken = ['10.0.0.0/33', 'http://host/', '', '10.0.0.0/8/8', 'a b', '10.0.0.0/x'];
    const codes = broken.map((entry) =>
      urlVerdict({ allowLoopback: false, allowPrivate: [entry] }, 'http://a.test/'),
    );
    expect(new Set(codes)).toEqual(new Set(['bad_policy']));
  });
});
