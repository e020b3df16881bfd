import { isObject, type Json } from '@baton/core';
import type { CallOrder, HostLine, LoadOrder } from './host-protocol.ts';

/** A line of the worker that started this host, which writes nothing else. */
export function parseLoadOrder(line: string): LoadOrder {
  return JSON.parse(line) as LoadOrder;
}

/** A later line of that worker. */
export function parseCallOrder(line: string): CallOrder {
  return JSON.parse(line) as CallOrder;
}

const MEMBERS = ['ready', 'refused', 'event', 'reply', 'error'];

/** A line of a host, in whose process foreign code runs; null: it is none. */
export function readHostLine(line: Json): HostLine | null {
  if (!isObject(line)) return null;
  const [member, ...others] = MEMBERS.filter((key) => Object.hasOwn(line, key));
  if (member === undefined || others.length > 0 || !isObject(line[member])) return null;
  const needsId = member !== 'ready' && member !== 'refused';
  if (needsId && typeof line['id'] !== 'number') return null;
  if (member === 'reply' && !Object.hasOwn(line[member], 'output')) return null;
  // The reader of replies in the reducer takes nothing else of it for granted.
  return line as unknown as HostLine;
}
