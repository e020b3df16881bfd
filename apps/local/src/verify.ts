import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findPython, startProcess, tailOf, type SupervisedProcess } from '@baton/stand';
import {
  COVERAGE_GATES,
  STATIC_CHECKS,
  TEST_PROJECTS,
  type StaticCheck,
  type TestProject,
} from './checks.ts';
import { parseCoverage } from './coverage-codec.ts';
import { judgeCoverage } from './coverage.ts';
import { parseJestReport } from './jest-report-codec.ts';
import { elapsed, type Terminal } from './terminal.ts';
import { startTestParts, type TestParts } from './test-parts.ts';
import { parseUnittest } from './unittest-report.ts';
import { vendorsLeftOut, verifyVendors } from './verify-vendors.ts';

/** What {@link verify} needs. */
export interface VerifyParams {
  /** The checkout. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of checks and projects to run; empty: all. */
  readonly only: readonly string[];
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly took: string;
}

/** The suite of the worker of Python agents. */
const PYTHON = 'python';

/** Lines of a failed check's output that are shown; the file below `.baton/verify` has them all. */
const SHOWN_LINES = 400;

/** How long jest may take to leave after its report; more means that a test left something open. */
const LINGER_MS = 10_000;

interface Ran {
  readonly code: number | null;
  readonly logFile: string;
}

interface Step extends Omit<StaticCheck, 'name'> {
  /** A program to run instead of a tool. */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The file whose appearance means that the work is done. */
  readonly report?: string;
}

async function runTool(params: VerifyParams, name: string, step: Step): Promise<Ran> {
  const logFile = join(params.root, '.baton', 'verify', `${name}.log`);
  await rm(logFile, { force: true });
  const child = await startProcess({
    name,
    command: step.program ?? join(params.root, 'node_modules', '.bin', step.tool),
    args: step.args,
    env: { ...params.env, ...step.env },
    cwd: params.root,
    logFile,
    graceMs: 3_000,
  });
  const stop = (): void => void child.stop();
  params.signal.addEventListener('abort', stop);
  const lingering = setInterval(() => stopLingering(child, step.report), 1_000);
  const { code } = await child.ended;
  clearInterval(lingering);
  params.signal.removeEventListener('abort', stop);
  return { code, logFile };
}

/** Ends a jest that has written its report and does not leave: a test left something open. */
function stopLingering(child: SupervisedProcess, report: string | undefined): void {
  const written = report === undefined ? undefined : statSync(report, { throwIfNoEntry: false });
  if (written && Date.now() - written.mtimeMs > LINGER_MS) void child.stop();
}

async function showFailure(params: VerifyParams, name: string, ran: Ran): Promise<void> {
  const lines = (await tailOf(ran.logFile, Number.POSITIVE_INFINITY)).split('\n');
  const kept = lines.filter((line) => !line.startsWith('PASS '));
  params.terminal.line(`\n── ${name} failed ──\n${kept.slice(0, SHOWN_LINES).join('\n')}`);
  if (kept.length > SHOWN_LINES)
    params.terminal.line(`… ${kept.length - SHOWN_LINES} more lines in ${ran.logFile}`);
  params.terminal.line('');
}

async function runStatic(params: VerifyParams, check: StaticCheck): Promise<Outcome> {
  const since = performance.now();
  const ran = await runTool(params, check.name, check);
  const failed = ran.code === 0 ? 0 : 1;
  if (failed && !params.signal.aborted) await showFailure(params, check.name, ran);
  return { name: check.name, passed: 1 - failed, failed, took: elapsed(since) };
}

/** The tests of the worker of Python agents; null when this machine has no Python, which is told. */
async function runPython(params: VerifyParams): Promise<Outcome | null> {
  const since = performance.now();
  const { python, missing } = await findPython(params.env);
  if (python === null) {
    params.terminal.line(`  NOT RUN ${PYTHON}: ${missing}.`);
    return params.env['CI'] ? { name: PYTHON, passed: 0, failed: 1, took: elapsed(since) } : null;
  }
  const app = join(params.root, 'apps', 'python-worker');
  const args = [join(app, 'start.py'), '-m', 'unittest', 'discover', '-s', join(app, 'tests')];
  const env = { BATON_STATE_DIR: join(params.root, '.baton') };
  const ran = await runTool(params, PYTHON, { tool: PYTHON, program: python.command, args, env });
  const counted = parseUnittest(await tailOf(ran.logFile));
  if (ran.code !== 0 && counted.failed === 0) counted.failed = 1;
  if (counted.failed > 0 && !params.signal.aborted) await showFailure(params, PYTHON, ran);
  return { name: PYTHON, ...counted, took: elapsed(since) };
}

function coverageFolder(params: VerifyParams, project: string): string {
  return join(params.root, '.baton', 'verify', `coverage-${project}`);
}

async function runProject(params: VerifyParams, project: TestProject, parts: TestParts): Promise<Outcome> {
  const since = performance.now();
  const { name } = project;
  const coverage = coverageFolder(params, name);
  const report = join(params.root, '.baton', 'verify', `${name}.json`);
  await rm(report, { force: true });
  await rm(coverage, { recursive: true, force: true });
  const args = ['-c', 'config/jest.config.mjs', '--selectProjects', project.project, '--ci'];
  args.push(`--maxWorkers=${project.workers}`, '--json', `--outputFile=${report}`);
  if (project.covers) args.push('--coverage', '--coverageReporters=json', `--coverageDirectory=${coverage}`);
  if (project.without !== undefined)
    args.push(`--testPathIgnorePatterns=${project.without}`, '--passWithNoTests');
  const env = { ...parts.env, ...project.env };
  const ran = await runTool(params, name, { tool: 'jest', args, env, report });
  if (params.signal.aborted) return { name, passed: 0, failed: 1, took: elapsed(since) };
  let counted = { passed: 0, failed: 1 };
  try {
    counted = parseJestReport(await readFile(report, 'utf8'));
  } catch {
    // jest ended without a report: its output below says why, and it counts as one failure.
  }
  // jest also fails for reasons that are no test: a set-up that throws, or something left open, for which it was stopped.
  if (ran.code !== 0 && counted.failed === 0) counted = { ...counted, failed: 1 };
  if (ran.code === null)
    params.terminal.line(`  ${name}: a test left something open, so jest did not leave by itself.`);
  if (counted.failed > 0) await showFailure(params, name, ran);
  return { name, ...counted, took: elapsed(since) };
}

function announce(terminal: Terminal, outcome: Outcome): void {
  const { name, passed, failed, took } = outcome;
  const verdict = failed === 0 ? 'ok  ' : 'FAIL';
  terminal.line(
    `  ${verdict} ${name.padEnd(12)} ${String(passed).padStart(6)} passed ${failed} failed  ${took}`,
  );
}

async function runProjects(
  params: VerifyParams,
  projects: readonly TestProject[],
  since: number,
): Promise<Outcome[]> {
  const { terminal, signal } = params;
  const none: TestParts = { env: {}, missing: [], stop: () => Promise.resolve() };
  const needed = projects.some((project) => project.needsParts);
  const outcomes: Outcome[] = [];
  const parts = needed ? await startTestParts(terminal, signal) : none;
  try {
    for (const sentence of parts.missing) {
      terminal.line(`  NOT HAD ${sentence}`);
      if (params.env['CI']) outcomes.push({ name: sentence, passed: 0, failed: 1, took: '0.0 s' });
    }
    for (const project of projects) {
      if (signal.aborted) break;
      const why = whyNotRun(params, project, { parts, since });
      if (why === undefined) outcomes.push(...(await runOne(params, project, parts)));
      else terminal.line(`  NOT RUN ${project.name}: ${why}.`);
    }
  } finally {
    await parts.stop();
  }
  return outcomes;
}

function whyNotRun(
  { only, env }: VerifyParams,
  { name, needsParts, needsVendors }: TestProject,
  { parts, since }: { readonly parts: TestParts; readonly since: number },
): string | undefined {
  if (needsParts && parts.missing.length > 0) return 'it needs what could not be had';
  if (needsVendors !== true || only.includes(name)) return undefined;
  return vendorsLeftOut(Boolean(env['CI']), performance.now() - since);
}

async function runOne(params: VerifyParams, project: TestProject, parts: TestParts): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const run = async (one: TestProject): Promise<void> => {
    const outcome = await runProject(params, one, parts);
    announce(params.terminal, outcome);
    outcomes.push(outcome);
  };
  if (project.needsVendors !== true) {
    await run(project);
    return outcomes;
  }
  const isCi = Boolean(params.env['CI']);
  const missing = await verifyVendors({ ...params, project, run, writes: !isCi });
  // What CI cannot have is a failure there, as other parts are.
  if (isCi) outcomes.push(...missing.map((name) => ({ name, passed: 0, failed: 1, took: '0.0 s' })));
  return outcomes;
}

/** Judges the coverage gates by what the projects that cover have left; one outcome for each gate. */
async function runGates(params: VerifyParams): Promise<Outcome> {
  const since = performance.now();
  const files = TEST_PROJECTS.filter(({ covers }) => covers).map(({ name }) =>
    join(coverageFolder(params, name), 'coverage-final.json'),
  );
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) {
    params.terminal.line(`\n── coverage failed ──\nThere is no ${missing.join(' and no ')}.\n`);
    return { name: 'coverage', passed: 0, failed: 1, took: elapsed(since) };
  }
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const findings = judgeCoverage(parseCoverage(texts), COVERAGE_GATES, params.root);
  for (const { folder, least, lines, branches, held, gaps } of findings) {
    if (held) continue;
    const sentence = `${folder} needs ${least.lines} % of its lines and ${least.branches} % of its branches tested; it has ${lines} % and ${branches} %.`;
    params.terminal.line(`\n── coverage failed ──\n${[sentence, ...gaps].join('\n')}\n`);
  }
  const passed = findings.filter(({ held }) => held).length;
  return { name: 'coverage', passed, failed: findings.length - passed, took: elapsed(since) };
}

/** The names after `--only`, as in `--only unit,int` or `--only=lint`; throws a sentence for everything else. */
export function parseOnly(args: readonly string[]): readonly string[] {
  if (args.length === 0) return [];
  const known = [...STATIC_CHECKS, { name: PYTHON }, ...TEST_PROJECTS].map(({ name }) => name);
  const [, listed = ''] = /^--only[= ](.+)$/.exec(args.join(' ')) ?? [];
  const names = listed.split(',').filter(Boolean);
  const unknown = names.find((name) => !known.includes(name));
  if (names.length > 0 && unknown === undefined) return names;
  const problem = unknown === undefined ? `"${args.join(' ')}" names none` : `"${unknown}" is none of them`;
  throw new Error(`npm test runs everything, or what --only lists of ${known.join(', ')}: ${problem}.`);
}

/**
 * Runs every check and every test, going on after a failure, and answers whether all passed.
 * The last line written is always `N passed, N failed`: a static check counts as one, tests one by one.
 */
export async function verify(params: VerifyParams): Promise<boolean> {
  const { terminal, signal } = params;
  const since = performance.now();
  await mkdir(join(params.root, '.baton', 'verify'), { recursive: true });
  const chosen = ({ name }: { name: string }): boolean =>
    params.only.length === 0 || params.only.includes(name);
  const outcomes: Outcome[] = [];
  for (const check of STATIC_CHECKS.filter(chosen)) {
    if (signal.aborted) break;
    const outcome = await runStatic(params, check);
    announce(terminal, outcome);
    outcomes.push(outcome);
  }
  if (!signal.aborted && chosen({ name: PYTHON })) {
    const outcome = await runPython(params);
    if (outcome !== null) announce(terminal, outcome);
    outcomes.push(...(outcome === null ? [] : [outcome]));
  }
  const projects = TEST_PROJECTS.filter(chosen);
  if (!signal.aborted) outcomes.push(...(await runProjects(params, projects, since)));
  if (!signal.aborted && TEST_PROJECTS.every((one) => !one.covers || projects.includes(one))) {
    const outcome = await runGates(params);
    announce(terminal, outcome);
    outcomes.push(outcome);
  }
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0) + (signal.aborted ? 1 : 0);
  terminal.line(`\nAll in ${elapsed(since)}.`);
  terminal.line(`${passed} passed, ${failed} failed`);
  return failed === 0;
}
