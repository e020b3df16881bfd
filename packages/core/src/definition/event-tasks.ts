import { isObject, type JsonObject } from '../json.ts';
import type { EventFilter, ListenTask } from './definition.ts';
import { readTemplate, readTextTemplate } from './expressions.ts';
import {
  inside,
  isEmptyObject,
  label,
  nameOf,
  notAvailable,
  readList,
  readMembers,
  readWord,
  type Members,
  type Place,
  type Reading,
} from './reader.ts';
import { nearest } from './suggestion.ts';
import type { TaskReader } from './task.ts';

const ATTRIBUTES = ['id', 'source', 'type', 'time', 'subject', 'datacontenttype', 'dataschema', 'data'];

/** Most event filters of one listen task. */
const MOST_FILTERS = 100;

/** Reads a task that waits for events. */
export const readListen: TaskReader = (reading, { body: place, fields }) => {
  const listen = readMembers(reading, place, {
    what: 'The block "listen"',
    keys: ['to', 'read'],
    required: ['to'],
  });
  const read = readWord(reading, listen?.get('read'), { known: ['data', 'envelope', 'raw'] }) ?? 'data';
  const to = listen?.get('to');
  const strategy = to && readStrategy(reading, to);
  return strategy === undefined ? undefined : { ...fields, kind: 'listen', ...strategy, read };
};

function readStrategy(reading: Reading, place: Place): Pick<ListenTask, 'mode' | 'filters'> | undefined {
  const members = readMembers(reading, place, {
    what: 'The block "listen.to"',
    keys: ['one', 'any', 'all'],
    refused: { until: notAvailable('listen.to.until', 'listen again with "then" for more events.') },
  });
  const given = members === undefined ? [] : [...members];
  const [first, second] = given;
  if (first === undefined || second !== undefined) {
    if (second !== undefined || isEmptyObject(place.value)) {
      reading.report.error(place.pointer, 'The block "listen.to" needs exactly one of one, any and all.');
    }
    return undefined;
  }
  const filters = readFilters(reading, first[0], first[1]);
  const mode = first[0] === 'one' ? 'one' : first[0] === 'any' ? 'any' : 'all';
  return { mode, filters };
}

function readFilters(reading: Reading, mode: string, place: Place): readonly EventFilter[] {
  const places = mode === 'one' ? [place] : readList(reading, place, MOST_FILTERS);
  return places.flatMap((item) => readFilter(reading, item) ?? []);
}

function readFilter(reading: Reading, place: Place): EventFilter | undefined {
  const members = readMembers(reading, place, {
    what: 'An event filter',
    keys: ['with'],
    required: ['with'],
    refused: { correlate: notAvailable('correlate', 'compare with an expression under "with".') },
  });
  const event = readEventAttributes(reading, members?.get('with'));
  return event === undefined ? undefined : { with: event };
}

/** Reads a task that publishes an event. */
export const readEmit: TaskReader = (reading, { body: place, fields }) => {
  const emit = readMembers(reading, place, {
    what: 'The block "emit"',
    keys: ['event'],
    required: ['event'],
  });
  const eventPlace = emit?.get('event');
  const event =
    eventPlace &&
    readMembers(reading, eventPlace, { what: 'The block "emit.event"', keys: ['with'], required: ['with'] });
  const attributes = readEventAttributes(reading, event?.get('with'));
  if (attributes === undefined) return undefined;
  requireType(reading, event, attributes);
  return { ...fields, kind: 'emit', event: attributes };
};

function requireType(reading: Reading, event: Members | undefined, attributes: JsonObject): void {
  const place = event?.get('with');
  if (place === undefined || Object.hasOwn(attributes, 'type')) return;
  reading.report.error(
    place.pointer,
    'An event needs "type": say what has happened, such as com.example.order.paid.',
  );
}

/** Reads CloudEvents attributes and data. Names of attributes are lower-case letters and digits. */
function readEventAttributes(reading: Reading, place: Place | undefined): JsonObject | undefined {
  if (place === undefined) return undefined;
  const { value } = place;
  if (!isObject(value) || Object.keys(value).length === 0) {
    const got = isObject(value) ? 'an empty object' : nameOf(value);
    reading.report.error(place.pointer, `${label(place)} must be an object of event attributes, not ${got}.`);
    return undefined;
  }
  for (const [key, attribute] of Object.entries(value)) {
    const member = inside(place, key, attribute);
    if (!/^[a-z0-9]+$/.test(key)) {
      const near = nearest(key.replaceAll(/[-_]/g, ''), ATTRIBUTES);
      const fix = near === undefined ? 'use lower-case letters and digits' : `did you mean "${near}"?`;
      reading.report.error(
        member.pointer,
        `An event has no attribute "${key}"; ${fix}${near === undefined ? '.' : ''}`,
      );
    } else if (ATTRIBUTES.includes(key) && key !== 'data') {
      readTextTemplate(reading, member);
    } else {
      readTemplate(reading, member);
    }
  }
  return value;
}
