-- Agent versions whose last call has failed, as far as that says something of the agent. No row: all is well.
CREATE TABLE agent_circuits (
    workspace_id UUID NOT NULL,
    agent TEXT NOT NULL,
    version TEXT NOT NULL,
    failures INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    last_key TEXT NOT NULL,
    failing_since TIMESTAMPTZ(3) NOT NULL,
    opened_at TIMESTAMPTZ(3),
    retry_at TIMESTAMPTZ(3),
    cool_down_ms INTEGER,
    probe_key TEXT,
    probe_until TIMESTAMPTZ(3),

    CONSTRAINT agent_circuits_pkey PRIMARY KEY (workspace_id,agent,version)
);

-- Answers that are given again to the same question, by a hash of the agent version and the question.
CREATE TABLE agent_replies (
    workspace_id UUID NOT NULL,
    key TEXT NOT NULL,
    agent TEXT NOT NULL,
    version TEXT NOT NULL,
    reply JSON NOT NULL,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT agent_replies_pkey PRIMARY KEY (workspace_id,key)
);

CREATE INDEX agent_replies_workspace_id_expires_at_idx ON agent_replies(workspace_id, expires_at);

ALTER TABLE agent_circuits
    ADD CONSTRAINT agent_circuits_opened_check
        CHECK ((opened_at IS NULL) = (retry_at IS NULL) AND (opened_at IS NULL) = (cool_down_ms IS NULL)),
    ADD CONSTRAINT agent_circuits_probe_check CHECK ((probe_key IS NULL) = (probe_until IS NULL));
