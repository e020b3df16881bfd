import type { Behaviour } from './counterpart.ts';

/** A behaviour that a stand-in has written into a URL of its own. */
export function readBehaviour(text: string): Behaviour {
  return JSON.parse(text) as Behaviour;
}
