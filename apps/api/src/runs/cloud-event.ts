import { isObject, own, type Json, type JsonObject } from '@baton/core';
import { malformed } from '../http/refusals.ts';

/** Parameters of {@link toCloudEvent}. */
export interface CloudEventParams {
  /** The body of the request. */
  readonly body: Json;
  /** Whether it was sent as application/cloudevents+json. */
  readonly structured: boolean;
  /** The signal's name: the type of an event made from plain JSON. */
  readonly name: string;
  /** The id of an event that has none. */
  readonly id: string;
  readonly source: string;
  /** RFC 3339. */
  readonly now: string;
}

const ATTRIBUTE = /^[a-z0-9]{1,64}$/;

/**
 * The CloudEvent a signal carries. A body that says it is one (by its media type, or by `specversion` and `type`) keeps its
 * attributes; what is missing is filled in. Any other JSON becomes the data of an event whose type is the signal's
 * name. Throws 400 with pointers when a CloudEvent's attributes are malformed.
 */
export function toCloudEvent(params: CloudEventParams): JsonObject {
  const { body, structured, name, id, source, now } = params;
  const filled = { specversion: '1.0', id, source, type: name, time: now };
  const isEvent = isObject(body) && own(body, 'specversion') !== undefined && own(body, 'type') !== undefined;
  if (!structured && !isEvent) return { ...filled, datacontenttype: 'application/json', data: body };
  if (!isObject(body))
    throw malformed('A CloudEvent is an object.', [{ pointer: '', detail: 'A CloudEvent is an object.' }]);
  const errors = Object.entries(body).flatMap(([attribute, value]) => problemOf(attribute, value));
  if (errors.length > 0) throw malformed('The CloudEvent is malformed.', errors);
  return { ...filled, ...body };
}

function problemOf(
  attribute: string,
  value: Json,
): readonly { readonly pointer: string; readonly detail: string }[] {
  const pointer = `/${attribute.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (attribute === 'data' || attribute === 'data_base64') return [];
  if (!ATTRIBUTE.test(attribute))
    return [{ pointer, detail: 'Attributes have lower-case letters and digits only.' }];
  if (attribute === 'specversion' && value !== '1.0')
    return [{ pointer, detail: 'specversion must be "1.0".' }];
  const named = attribute === 'id' || attribute === 'source' || attribute === 'type';
  if (named && (typeof value !== 'string' || value === ''))
    return [{ pointer, detail: 'This must be a text.' }];
  return typeof value === 'object' && value !== null
    ? [{ pointer, detail: 'Attributes are texts, numbers or booleans; structure belongs in data.' }]
    : [];
}
