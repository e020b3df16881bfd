/** An agent that asks somebody else, tells who it is, and gives the answer. */
export const caller = ({ url }) => ({
  invoke: async (input, { configurable }) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': configurable.idempotency_key },
      body: JSON.stringify({ pid: process.pid, input }),
    });
    return response.json();
  },
});
