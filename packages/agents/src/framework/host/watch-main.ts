/**
 * A thread beside an agent. When the worker that started the process is gone, it ends the process: the agent's own thread may be in
 * a loop, and would hear of nothing.
 */
const worker = process.ppid;

setInterval(() => {
  if (process.ppid !== worker) process.kill(process.pid, 'SIGKILL');
}, 500);
