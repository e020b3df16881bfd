import { describe, expect, it } from '@jest/globals';
import { serverArguments } from './server-arguments.ts';

const ports = { port: 7233, uiPort: 8233, httpPort: 9001, metricsPort: 9002 };

describe('serverArguments()', () => {
  it('listens on loopback, with every dynamic setting and search attribute', () => {
    const args = serverArguments({ ...ports, dbFile: null }).join(' ');
    expect(args).toContain('--ip 127.0.0.1');
    expect(args).toContain('--dynamic-config-value history.transferProcessorMaxPollRPS=2000');
    expect(args).toContain('--dynamic-config-value history.timerProcessorMaxPollRPS=2000');
    expect(args).toContain('--dynamic-config-value history.timerProcessorMaxTimeShift="10ms"');
    expect(args).toContain('--dynamic-config-value matching.numTaskqueueReadPartitions=1');
    expect(args).toContain('--dynamic-config-value matching.numTaskqueueWritePartitions=1');
    expect(args).toContain('--dynamic-config-value system.enableActivityEagerExecution=true');
    expect(args).toContain('--dynamic-config-value matching.useNewMatcher=true');
    expect(args).toContain('--dynamic-config-value matching.enableFairness=true');
    expect(args).not.toContain('suggestContinueAsNew');
    expect(serverArguments({ ...ports, dbFile: null, suggestContinueAsNewAfter: 25 })).toContain(
      'limit.historyCount.suggestContinueAsNew=25',
    );
    expect(args.match(/--search-attribute Baton\w+=Keyword/g)).toHaveLength(4);
  });

  it('keeps a file with a write-ahead log when there is one, and nothing otherwise', () => {
    const args = serverArguments({ ...ports, dbFile: '/data/temporal.db' }).join(' ');
    expect(args).toContain('--db-filename /data/temporal.db --sqlite-pragma journal_mode=wal');
    expect(args).toContain('--sqlite-pragma synchronous=1');
    expect(serverArguments({ ...ports, dbFile: null })).not.toContain('--sqlite-pragma');
  });
});
