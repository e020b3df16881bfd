import { parseArgs } from 'node:util';
import { benchJq, type JqLine } from './jq.ts';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});

const us = (value: number): string => value.toFixed(value < 100 ? 2 : 0).padStart(10);
const times = (value: number): string => `${value.toFixed(1)}×`.padStart(9);

if (!values.json) console.log('Expressions: µs a call, and how many times as long the other engine takes.\n');
if (!values.json)
  console.log(
    `${'workload'.padEnd(24)}${'ours'.padStart(10)}${'jqjs'.padStart(10)}${'jq-wasm'.padStart(10)}`,
  );
await benchJq({ rounds: 5, roundMs: values.short ? 100 : 400 }, (line: JqLine) => {
  if (values.json) return console.log(JSON.stringify(line));
  const columns = [
    us(line.oursUs),
    us(line.jqjsUs),
    us(line.jqWasmUs),
    times(line.timesJqjs),
    times(line.timesJqWasm),
  ];
  return console.log(`${line.workload.padEnd(24)}${columns.join('')}  spread ${line.spread.toFixed(2)}`);
});
