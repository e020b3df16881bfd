/*
 * What runs share in the sandbox: loaded once for each thread, not once for each run, which would take longer than most
 * runs take. Nothing belongs here that keeps anything of a run outside of what it returns.
 */
import '@baton/core';
import '@cfworker/json-schema';
