import type { WorkflowVersionRecord } from '@baton/store';

/** The definition as YAML: the text that was sent, or the JSON (which is YAML too) of one that was sent as JSON. */
export function yamlOf(version: Pick<WorkflowVersionRecord, 'source' | 'mediaType' | 'document'>): string {
  return version.mediaType === 'application/yaml'
    ? version.source
    : `${JSON.stringify(version.document, null, 2)}\n`;
}
