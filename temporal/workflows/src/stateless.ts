/*
 * What runs share in the sandbox: loaded once for each thread, not once for each run, which would take longer than most
 * runs take and leave the engine no time to learn what is hot. All of it: no module of the workflow code keeps anything
 * of a run outside of what its functions return.
 */
import './run.ts';
