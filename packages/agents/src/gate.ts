import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import type { Json } from '@baton/core';
import type { Behaviour, Counterpart } from './counterpart.ts';
import { sendJson, startLoopbackCounterpart, type LoopbackCall } from './loopback-counterpart.ts';

/** A real vendor behind a gate. */
export interface GateParams {
  /** The vendor's server, without a slash at its end. */
  readonly origin: string;
  /** The config of an agent whose vendor is at this base URL (without a slash at its end). */
  config(baseUrl: string, behaviour: Behaviour): Json;
  /** Behaviours of networks and of bad days, which the gate plays since the vendor cannot be told to. */
  readonly played: readonly Behaviour['kind'][];
  /** The path and query at the vendor's that behave so. Default: as they were asked for. */
  placeFor?(behaviour: Behaviour, path: string): string;
  /** Whether a call is no delivery: looking up, stopping, handing an answer in. */
  isAside?(call: LoopbackCall): boolean;
  /** Whether a call tells the vendor to stop. */
  isStop?(call: LoopbackCall): boolean;
  /** What stays of a stream that loses its end: all but what says that it is over. */
  withoutEnd?(stream: string): string;
}

/**
 * Starts a gate on loopback that hands every call on to a real vendor, and shows what the suite of adapters must see: which
 * deliveries came, when their connections closed, how often the vendor was stopped. What no vendor can be told to do (to
 * hang up, not to be there, to lose half a stream) it does to the vendor's real answers.
 */
export async function startGate(params: GateParams): Promise<Counterpart> {
  let stops = 0;
  const counterpart = await startLoopbackCounterpart({
    config: params.config,
    isPlayed: ({ kind }) => params.played.includes(kind),
    aside: (call) => {
      if (params.isAside?.(call) !== true) return false;
      if (params.isStop?.(call) === true) stops += 1;
      void handOn(call, params);
      return true;
    },
    answer: (call) => handOn(call, params),
  });
  return { ...counterpart, ...(params.isStop === undefined ? {} : { stops: () => stops }) };
}

/** Hands a call on, and its answer back. */
async function handOn(call: LoopbackCall, params: GateParams): Promise<void> {
  const { response } = call;
  try {
    const search = call.query.size === 0 ? '' : `?${call.query.toString()}`;
    const asked = `${call.path}${search}`;
    const place =
      params.isAside?.(call) === true ? asked : (params.placeFor?.(call.behaviour, asked) ?? asked);
    const answer = await ask(call, `${params.origin}${place}`);
    response.once('close', () => answer.destroy());
    await handBack(answer, call, params);
  } catch (error) {
    if (!response.headersSent)
      sendJson(response, { error: `The vendor did not answer: ${String(error)}` }, 502);
    else response.destroy();
  }
}

/** The vendor's answer; the call is given up when its caller leaves. */
function ask({ method, headers, body, response }: LoopbackCall, url: string): Promise<IncomingMessage> {
  const { host: _, 'content-length': __, connection: ___, 'accept-encoding': ____, ...kept } = headers;
  const text = body === null ? '' : JSON.stringify(body);
  return new Promise((settle, fail) => {
    const asked = httpRequest(url, { method, headers: kept }, settle);
    asked.once('error', fail);
    response.once('close', () => asked.destroy());
    asked.end(text);
  });
}

async function handBack(
  answer: IncomingMessage,
  { behaviour, response }: LoopbackCall,
  { withoutEnd }: GateParams,
): Promise<void> {
  const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, headers);
  switch (behaviour.kind) {
    case 'broken-stream': {
      const whole = await textOf(answer);
      await new Promise((sent) => response.write(whole.slice(0, Math.ceil(whole.length / 2)), sent));
      response.destroy();
      return;
    }
    case 'lost-end': {
      const whole = await textOf(answer);
      response.end(withoutEnd?.(whole) ?? whole);
      return;
    }
    default:
      await pass(answer, response);
  }
}

async function pass(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  response.flushHeaders();
  for await (const chunk of answer) response.write(chunk);
  response.end();
}
