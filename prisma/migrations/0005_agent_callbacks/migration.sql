-- Answers that agents give later, to a URL they were told: one row per URL, known by the hash of its token alone. A delivery
-- that is made again has a URL more under the same key, and the first answer of a key counts. What is closed takes none.
CREATE TABLE agent_callbacks (
    workspace_id UUID NOT NULL,
    token_hash TEXT NOT NULL,
    key TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open',
    accepted BOOLEAN NOT NULL DEFAULT false,
    media_type TEXT,
    body TEXT,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMPTZ(3) NOT NULL,
    answered_at TIMESTAMPTZ(3),

    CONSTRAINT agent_callbacks_pkey PRIMARY KEY (workspace_id,token_hash)
);

CREATE INDEX agent_callbacks_workspace_id_key_idx ON agent_callbacks(workspace_id, key);

ALTER TABLE agent_callbacks
    ADD CONSTRAINT agent_callbacks_status_check CHECK (status IN ('open', 'answered', 'closed')),
    ADD CONSTRAINT agent_callbacks_answered_check CHECK ((status = 'answered') = (body IS NOT NULL));

-- One answer for a key.
CREATE UNIQUE INDEX agent_callbacks_answer_key ON agent_callbacks (workspace_id, key) WHERE status = 'answered';
