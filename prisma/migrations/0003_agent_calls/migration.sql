-- Calls of agents that may only be called so many times at once: those that are under way (they have a holder), and those
-- that wait, in the order of their places. One row per delivery, by its idempotency key. expires_at is the end of a lease,
-- or until when a call that waits counts: whoever does not ask again is passed over and keeps its place.
CREATE TABLE agent_calls (
    workspace_id UUID NOT NULL,
    key TEXT NOT NULL,
    agent TEXT NOT NULL,
    version TEXT NOT NULL,
    run_id UUID NOT NULL,
    step_id INTEGER NOT NULL,
    workflow_id TEXT NOT NULL,
    most INTEGER,
    most_in_workspace INTEGER,
    place BIGINT NOT NULL,
    holder TEXT,
    called BOOLEAN NOT NULL DEFAULT false,
    asked_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT agent_calls_pkey PRIMARY KEY (workspace_id,key)
);

CREATE INDEX agent_calls_workspace_id_agent_place_idx ON agent_calls(workspace_id, agent, place);

CREATE INDEX agent_calls_workspace_id_run_id_idx ON agent_calls(workspace_id, run_id);

ALTER TABLE agent_calls
    ADD CONSTRAINT agent_calls_most_check CHECK (most > 0),
    ADD CONSTRAINT agent_calls_most_in_workspace_check CHECK (most_in_workspace > 0),
    ADD CONSTRAINT agent_calls_called_check CHECK (NOT called OR holder IS NULL);

-- Rows are changed with every call and never long-lived.
ALTER TABLE agent_calls SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
