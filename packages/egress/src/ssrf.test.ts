import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEgress, type Egress } from './client.ts';
import { codeOf } from './errors.ts';

/** Every spelling of an address that a WHATWG parser turns into loopback. */
const LOOPBACK_LITERALS = [
  'http://127.0.0.1/',
  'http://127.0.0.1:8080/',
  'https://127.0.0.1/',
  'http://127.1/',
  'http://127.0.1/',
  'http://127.0.0.2/',
  'http://127.255.255.254/',
  'http://127.0.0.1./',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.1/',
  'http://0x7f.0.0.1/',
  'http://0x7F.0x0.0x0.0x1/',
  'http://017700000001/',
  'http://0177.0.0.1/',
  'http://0177.0.0.01/',
  'http://0177.1/',
  'http://0x7f.0.1/',
  'http://127。0。0。1/',
  'http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/',
  'http://127\uff0e0\uff0e0\uff0e1/',
  'http://①②⑦.⓪.⓪.①/',
  'http://①②⑦.0.0.1/',
  'http:\\\\127.0.0.1\\',
  'http:/127.0.0.1/',
  'http:127.0.0.1',
  'HTTP://127.0.0.1/',
  ' http://127.0.0.1/ ',
  'http://127.0.0.1\t/',
  'ht\ntp://127.0.0.1/',
  'http://%31%32%37.0.0.1/',
  'http://127%2e0%2e0%2e1/',
  'http://127.0.0.1/?x=http://example.com',
  'http://127.0.0.1#@example.com/',
  'http://127.0.0.1\\@example.com/',
  'http://[::1]/',
  'http://[::1]:8080/',
  'https://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[0000:0000:0000:0000:0000:0000:0000:0001]/',
  'http://[::0:1]/',
  'http://[::0.0.0.1]/',
];

/** IPv6 with an IPv4 address inside. */
const EMBEDDED_LITERALS = [
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[0:0:0:0:0:ffff:7f00:0001]/',
  'http://[::FFFF:127.0.0.1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::ffff:192.168.0.1]/',
  'http://[::ffff:0.0.0.0]/',
  'http://[::ffff:8.8.8.8]/',
  'http://[::127.0.0.1]/',
  'http://[::7f00:1]/',
  'http://[::10.0.0.1]/',
  'http://[::169.254.169.254]/',
  'http://[::8.8.8.8]/',
  'http://[::ffff:0:127.0.0.1]/',
  'http://[::ffff:0:a00:1]/',
  'http://[64:ff9b::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b::10.0.0.1]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[64:ff9b::8.8.8.8]/',
  'http://[64:ff9b:1::7f00:1]/',
  'http://[64:ff9b:1:ffff::a00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2002:7f00:0001::1]/',
  'http://[2002:a00:1::]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[2002:c0a8:1::1]/',
  'http://[2002:808:808::]/',
  'http://[2001:0:7f00:1::]/',
  'http://[2001::1]/',
  'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
  'http://[fe80::5efe:127.0.0.1]/',
  'http://[2606:4700::5efe:10.0.0.1]/',
  'http://[2606:4700::5efe:7f00:1]/',
  'http://[2606:4700::200:5efe:a9fe:a9fe]/',
];

/** Unspecified, private, link-local, shared, reserved, multicast, metadata. */
const SPECIAL_LITERALS = [
  'http://0.0.0.0/',
  'http://0/',
  'http://0x0/',
  'http://00/',
  'http://0.0.0.0:8080/',
  'http://0.1.2.3/',
  'http://[::]/',
  'http://[::]:8080/',
  'http://[0:0:0:0:0:0:0:0]/',
  'http://10.0.0.1/',
  'http://10.255.255.255/',
  'http://167772161/',
  'http://0xa000001/',
  'http://012.0.0.1/',
  'http://10.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://0xac100001/',
  'http://192.168.0.1/',
  'http://192.168.1.254:8123/',
  'http://3232235521/',
  'http://0300.0250.0.1/',
  'http://100.64.0.1/',
  'http://100.127.255.254/',
  'http://100.100.100.200/latest/meta-data/',
  'http://169.254.169.254/latest/meta-data/',
  'http://169.254.169.254./',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0xa9.0xfe.0xa9.0xfe/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://169.254.170.2/v2/credentials',
  'http://169.254.0.1/',
  'http://168.63.129.16/metadata',
  'http://192.0.0.1/',
  'http://192.0.0.192/',
  'http://192.0.2.1/',
  'http://192.88.99.1/',
  'http://198.18.0.1/',
  'http://198.19.255.255/',
  'http://198.51.100.1/',
  'http://203.0.113.1/',
  'http://224.0.0.1/',
  'http://239.255.255.255/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://4294967295/',
  'http://[fc00::1]/',
  'http://[fd00::1]/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://[fd20:ce::254]/',
  'http://[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/',
  'http://[fe80::1]/',
  'http://[febf::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[ff0e::1]/',
  'http://[100::1]/',
  'http://[2001:db8::1]/',
  'http://[2001:10::1]/',
  'http://[3fff::1]/',
  'http://[5f00::1]/',
  'http://[4000::1]/',
  'http://[::2]/',
];

/** Not http, not a URL, credentials in it, or a port where no agent listens. */
const REFUSED_FORMS = [
  'file:///etc/passwd',
  'ftp://example.com/',
  'gopher://example.com:70/_',
  'dict://example.com:2628/',
  'ldap://example.com/',
  'data:text/plain,hello',
  'javascript:alert(1)',
  'blob:http://example.com/1',
  'ws://example.com/',
  'wss://example.com/',
  'unix:///var/run/docker.sock',
  'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
  'about:blank',
  '//example.com/',
  '/v1/chat',
  'example.com',
  '',
  'http://',
  'http://[::1',
  'http://[fe80::1%25eth0]/',
  'http://exa mple.com/',
  'http://user:secret@example.com/',
  'http://user@example.com/',
  'http://:secret@example.com/',
  'http://example.com@127.0.0.1/',
  'http://127.0.0.1:80@example.com/',
  'http://256.256.256.256/',
  'http://1.2.3.4.5/',
  'http://example.com:99999/',
  'http://example.com:0/',
  'http://example.com:22/',
  'http://example.com:25/',
  'http://example.com:2375/',
  'http://example.com:5432/',
  'http://example.com:6379/',
  'http://example.com:7233/',
  'http://example.com:11211/',
  `http://example.com/${'a'.repeat(20_000)}`,
];

/** Names and what they resolve to. One bad address among good ones is enough. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['::1', '127.0.0.1'],
  'localhost.': ['127.0.0.1'],
  'app.localhost': ['127.0.0.1'],
  '127-0-0-1.sslip.test': ['127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'intranet.test': ['10.1.2.3'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'nat64.test': ['64:ff9b::7f00:1'],
  'sixtofour.test': ['2002:7f00:1::'],
  'unspecified.test': ['0.0.0.0'],
  'ula.test': ['fd12:3456::1'],
  'zoned.test': ['fe80::1%eth0'],
  'mixed.test': ['93.184.215.14', '10.0.0.1'],
  'mixed-family.test': ['2606:4700::1111', '127.0.0.1'],
  'last-of-many.test': ['93.184.215.14', '93.184.215.15', '93.184.215.16', '93.184.215.17', '192.168.1.1'],
  'garbage.test': ['not-an-address'],
};

const NAMED_URLS = Object.keys(NAMES).flatMap((name) => [`http://${name}/`, `https://${name}:8443/`]);

const REFUSALS = new Set(['blocked_address', 'blocked_scheme', 'blocked_port', 'bad_url']);

describe('the guard against calling our own house', () => {
  let egress: Egress;
  let dialed: string[];
  let sockets: number;
  const countSocket = (): void => {
    sockets += 1;
  };

  beforeEach(() => {
    dialed = [];
    sockets = 0;
    subscribe('net.client.socket', countSocket);
    egress = createEgress({
      policy: { allowLoopback: false },
      resolve: async (hostname) => NAMES[hostname] ?? ['93.184.215.14'],
      dial: (options, callback) => {
        dialed.push(options.hostname);
        callback(new Error('the spy opens nothing'), null);
      },
    });
  });

  afterEach(async () => {
    unsubscribe('net.client.socket', countSocket);
    await egress.close();
  });

  /** The URLs that were not refused, and the count of those that were. */
  const attempt = async (urls: readonly string[]): Promise<{ let_through: string[]; refused: number }> => {
    const outcomes = await Promise.all(
      urls.map(async (url) => {
        const code = await egress.request({ method: 'GET', url }).then(() => 'answered', codeOf);
        return { url, refused: REFUSALS.has(code) };
      }),
    );
    const passed = outcomes.filter(({ refused }) => !refused).map(({ url }) => url);
    return { let_through: passed, refused: outcomes.length - passed.length };
  };

  it('opens no socket for any spelling of a loopback address', async () => {
    expect(await attempt(LOOPBACK_LITERALS)).toEqual({ let_through: [], refused: LOOPBACK_LITERALS.length });
    expect([dialed, sockets]).toEqual([[], 0]);
  });

  it('opens no socket for an IPv4 address embedded in an IPv6 one', async () => {
    expect(await attempt(EMBEDDED_LITERALS)).toEqual({ let_through: [], refused: EMBEDDED_LITERALS.length });
    expect([dialed, sockets]).toEqual([[], 0]);
  });

  it('opens no socket for special ranges and cloud metadata', async () => {
    expect(await attempt(SPECIAL_LITERALS)).toEqual({ let_through: [], refused: SPECIAL_LITERALS.length });
    expect([dialed, sockets]).toEqual([[], 0]);
  });

  it('opens no socket for other schemes, malformed URLs, credentials and service ports', async () => {
    expect(await attempt(REFUSED_FORMS)).toEqual({ let_through: [], refused: REFUSED_FORMS.length });
    expect([dialed, sockets]).toEqual([[], 0]);
  });

  it('opens no socket for a name when any of its addresses is refused', async () => {
    expect(await attempt(NAMED_URLS)).toEqual({ let_through: [], refused: NAMED_URLS.length });
    expect([dialed, sockets]).toEqual([[], 0]);
  });

  it('has a corpus of at least 150 distinct URLs', () => {
    const all = [
      ...LOOPBACK_LITERALS,
      ...EMBEDDED_LITERALS,
      ...SPECIAL_LITERALS,
      ...REFUSED_FORMS,
      ...NAMED_URLS,
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(150);
  });

  it('dials public addresses, so that the refusals above mean something', async () => {
    const open = [
      'http://example.test/',
      'https://example.test:8443/',
      'http://8.8.8.8/',
      'http://[2606:4700::1111]/',
    ];
    const codes = await Promise.all(open.map((url) => egress.request({ method: 'GET', url }).catch(codeOf)));
    expect(codes).toEqual(['connect_failed', 'connect_failed', 'connect_failed', 'connect_failed']);
    expect(dialed.toSorted()).toEqual(['2606:4700::1111', '8.8.8.8', '93.184.215.14', '93.184.215.14']);
  });
});
