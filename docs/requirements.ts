/**
 * What Baton promises, one sentence each. Scenarios in tests/e2e cite ids with `verifies(id)`; a test fails when an id is
 * cited nowhere, or when a scenario cites one that is not here.
 */
export const REQUIREMENTS = {
  'AGENT-1':
    'An agent version is registered once: again is 200, other content 409, a wrong config 422 with pointers.',
  'AGENT-2':
    'Agents and their versions are listed, read and archived; an archived version gets no new calls.',
  'AGENT-3': 'An agent can be probed and called as a run of its own.',
  'AGENT-4':
    'A delivery carries one idempotency key over attempts; an agent is tried again as its version says.',
  'AGENT-5': 'Egress reaches loopback in the local profile only, and never link-local or private addresses.',
  'AGENT-6':
    'Agents of Dify, Flowise, LangGraph, n8n and models behind the APIs of OpenAI are called as any other.',
  'AGENT-7': 'An agent that pauses asks a person, and goes on once with the answer.',
  'AGENT-8': 'A secret is named in a config, looked up for the call, and shown nowhere.',
  'AGENT-9':
    'A model calls other registered agents as its tools, each call a step of its own with one key, within its limits.',
  'AGENT-10':
    'An agent is called as often at once as its version allows; calls beyond that wait in order and show how many go first.',
  'AGENT-11':
    'An agent whose calls have all failed for a while is called no more until one call has tried whether it is well again.',
  'AGENT-12': 'An answer may be kept and given again to the same question, shown as such and free of cost.',
  'AGENT-15': 'An agent may send its answer later, once, to a URL of its own; no worker waits for it.',
  'AGENT-19': 'A cancel reaches whoever works on a call: the vendor is told, and the connection is closed.',
  'FLOW-1':
    'A definition is validated with all its problems at once, each with pointer, line, column and the fix.',
  'FLOW-2': 'A version is published once, its author recorded; again is 200, other content 409.',
  'FLOW-3': 'Channels point at versions; a start takes the channel, the version, or the default.',
  'FLOW-4': 'A definition can be read as YAML and JSON and drawn as JSON and Mermaid.',
  'FLOW-5': 'An archived version starts no run; running ones go on.',
  'LANG-1': 'Every task kind of this version runs as docs/language.md says.',
  'LANG-2': 'Inputs, outputs, exports, schemas and conditions are applied in the order of the language.',
  'LANG-3': 'Every flow directive works, backward jumps too.',
  'LANG-4': 'Time-outs end a task or a run with a timeout error that can be caught.',
  'LANG-5': 'A task kind that is not there yet is refused by name.',
  'LANG-6': 'A definition ends on Temporal as the interpreter alone says, whatever it is made of.',
  'RUN-1':
    'A start answers 202 with Location, or 200 with the finished run when it ends within Prefer: wait.',
  'RUN-2': 'Fifty equal starts with one Idempotency-Key are one run.',
  'RUN-3': 'Runs are listed by every filter, newest first, in pages.',
  'RUN-4': 'The tree of steps shows attempts, inputs, outputs, usage and times.',
  'RUN-5':
    'Events are streamed by position and resumed without gap or repeat; the stream of a finished run closes.',
  'RUN-6': 'A signal reaches the listener it is for, also when it comes before the listener.',
  'RUN-7': 'A run can be canceled, terminated, suspended and resumed; what the state does not allow is 409.',
  'RUN-8': 'A dry run with mocks gives steps and result without any effect.',
  'RUN-9': 'A child run has lineage, and its end is its parent’s answer.',
  'RUN-10':
    'What an agent tells while it works is streamed before its step has ended, from any offset; tool calls and messages are kept as events.',
  'HUMAN-1': 'A human task is listed for its candidates, read, claimed and released.',
  'HUMAN-2': 'A decision is made once: checks in the documented order, the same key replays the answer.',
  'HUMAN-3':
    'Policies any, all and quorum decide as documented; the requester is excluded unless the policy says else.',
  'HUMAN-4': 'A task that nobody decides in time is rejected.',
  'HUMAN-5': 'Fifty decisions at once have one outcome.',
  'HUMAN-6': 'A forged signal moves nothing.',
  'HUMAN-7': 'Tasks of a canceled run vanish from inboxes.',
  'DURABLE-1': 'A worker killed in mid-run loses nothing and repeats no effect at a cooperating agent.',
  'DURABLE-2': 'The whole stack restarted while a human task is open goes on after the decision.',
  'DURABLE-3':
    'A start while Temporal is away is answered 503 or 202, and every accepted run runs when it is back.',
  'DURABLE-4': 'While PostgreSQL is away readiness is red; what was accepted goes on when it is back.',
  'DURABLE-6':
    'A run of any length goes on in further executions with all it had: branches, calls, human tasks, child runs, signals.',
  'DURABLE-11':
    'While worker, API and Temporal are killed at random, no run is lost, none lies and no effect is repeated.',
  'DURABLE-12':
    'A worker that stops lets its calls end or hands them over; one that cannot go on ends instead of looking alive.',
  'DURABLE-5': 'A run ended with Temporal’s own tools is shown as ended.',
  'DURABLE-7':
    'What a dead worker told is corrected: every position once, a correction for what does not hold, no end before its time.',
  'DURABLE-8':
    'A run reset with Temporal’s own tools follows what takes its place, unless its end was published.',
  'DURABLE-9': 'A decision whose signal was lost is signaled again.',
  'DURABLE-10':
    'Events, steps and states of runs are rebuilt from Temporal’s histories, equal to what they were.',
  'FRAMEWORK-1':
    'An agent of a Node framework runs in a process of its own: it tells, pauses, goes on in another one, and survives its worker.',
  'PYTHON-1':
    'An agent of a Python framework is called, pauses, goes on, is canceled and survives its worker as every other one.',
  'TEMPORAL-1': 'Temporal UI reads like the definition: type, summaries, search attributes, current details.',
  'TENANT-1': 'The application role owns nothing and every table has a workspace.',
  'TENANT-2': 'Large payloads are checked into the artifact store; histories hold a reference.',
  'HTTP-1':
    'Every documented refusal is a problem document with pointers; nothing a client sends gives a 5xx.',
  'HTTP-2': 'The local profile checks Host and Origin and refuses to listen elsewhere without Keycloak.',
  'HTTP-3': 'OpenAPI, docs, health, readiness and metrics are served.',
  'SDK-1': 'The SDK starts, follows, decides and resumes streams.',
  'LOCAL-1': 'npm start -- --demo takes an example from publication to its result.',
} as const;

/** Id of a promise. */
export type RequirementId = keyof typeof REQUIREMENTS;
