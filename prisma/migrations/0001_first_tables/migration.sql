-- The first tables. workspace_id leads every key and index. Free JSON is json, not jsonb: jsonb refuses U+0000.
-- The driver cuts a migration at every semicolon, so none may stand in a comment or a text.


CREATE TABLE workspaces (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT workspaces_pkey PRIMARY KEY (id)
);

CREATE TABLE workflows (
    workspace_id UUID NOT NULL,
    name TEXT NOT NULL,
    namespace TEXT NOT NULL,
    title TEXT,
    versions INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT workflows_pkey PRIMARY KEY (workspace_id,name)
);

CREATE TABLE workflow_versions (
    workspace_id UUID NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    number INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    title TEXT,
    document JSON NOT NULL,
    source TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    author TEXT NOT NULL,
    author_name TEXT,
    published_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    archived_at TIMESTAMPTZ(3),

    CONSTRAINT workflow_versions_pkey PRIMARY KEY (workspace_id,name,version)
);

CREATE TABLE workflow_channels (
    workspace_id UUID NOT NULL,
    name TEXT NOT NULL,
    channel TEXT NOT NULL,
    version TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    pinned BOOLEAN NOT NULL DEFAULT false,
    updated_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT workflow_channels_pkey PRIMARY KEY (workspace_id,name,channel)
);

CREATE TABLE agents (
    workspace_id UUID NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT agents_pkey PRIMARY KEY (workspace_id,name)
);

CREATE TABLE agent_versions (
    workspace_id UUID NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    sort_key TEXT COLLATE "C" NOT NULL,
    prerelease BOOLEAN NOT NULL,
    adapter TEXT NOT NULL,
    title TEXT,
    body JSON NOT NULL,
    content_hash TEXT NOT NULL,
    owner TEXT NOT NULL,
    owner_name TEXT,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    archived_at TIMESTAMPTZ(3),

    CONSTRAINT agent_versions_pkey PRIMARY KEY (workspace_id,name,version)
);

CREATE TABLE runs (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    workflow TEXT NOT NULL,
    namespace TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending',
    stalled BOOLEAN NOT NULL DEFAULT false,
    suspended BOOLEAN NOT NULL DEFAULT false,
    input JSON NOT NULL,
    output JSON,
    error JSON,
    rivals BOOLEAN NOT NULL DEFAULT false,
    tags JSONB NOT NULL DEFAULT '{}',
    priority INTEGER,
    requester TEXT NOT NULL,
    requester_name TEXT,
    parent_run_id UUID,
    parent_step TEXT,
    snapshot JSON NOT NULL,
    start_key TEXT,
    waiting_for JSON NOT NULL DEFAULT '[]',
    usage JSON NOT NULL DEFAULT '{"inputTokens":0,"outputTokens":0,"costUsd":0,"calls":0,"toolCalls":0,"byAgent":{}}',
    provisional JSON,
    temporal_run_id TEXT,
    executions TEXT[] DEFAULT ARRAY[]::TEXT[],
    last_seq INTEGER NOT NULL DEFAULT 0,
    last_position INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    started_at TIMESTAMPTZ(3),
    ended_at TIMESTAMPTZ(3),
    last_event_at TIMESTAMPTZ(3),
    heard_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT runs_pkey PRIMARY KEY (workspace_id,id)
);

CREATE TABLE run_events (
    workspace_id UUID NOT NULL,
    run_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    rival INTEGER NOT NULL DEFAULT 0,
    position INTEGER,
    type TEXT NOT NULL,
    at TIMESTAMPTZ(3) NOT NULL,
    hash TEXT NOT NULL,
    event JSON NOT NULL,
    origin TEXT NOT NULL,
    temporal_run_id TEXT NOT NULL,
    history_length INTEGER NOT NULL,
    replayed BOOLEAN NOT NULL,
    superseded BOOLEAN NOT NULL DEFAULT false,
    stored_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT run_events_pkey PRIMARY KEY (workspace_id,run_id,seq,rival)
);

CREATE TABLE steps (
    workspace_id UUID NOT NULL,
    run_id UUID NOT NULL,
    step_id INTEGER NOT NULL,
    parent_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    iteration INTEGER,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    input JSON,
    output JSON,
    error JSON,
    usage JSON,
    wait JSON,
    attempts JSON NOT NULL DEFAULT '[]',
    human_task_id TEXT,
    child_run_id TEXT,
    started_at TIMESTAMPTZ(3),
    ended_at TIMESTAMPTZ(3),

    CONSTRAINT steps_pkey PRIMARY KEY (workspace_id,run_id,step_id)
);

CREATE TABLE human_tasks (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    open_key TEXT NOT NULL,
    run_id UUID NOT NULL,
    workflow_id TEXT NOT NULL,
    step_id INTEGER NOT NULL,
    step_path TEXT NOT NULL,
    iteration INTEGER,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT,
    context JSON,
    items JSON,
    form JSON,
    actions JSON NOT NULL,
    policy JSON NOT NULL,
    source JSON,
    candidate_users TEXT[] DEFAULT ARRAY[]::TEXT[],
    candidate_roles TEXT[] DEFAULT ARRAY[]::TEXT[],
    candidate_groups TEXT[] DEFAULT ARRAY[]::TEXT[],
    exclude_requester BOOLEAN NOT NULL DEFAULT true,
    requester TEXT NOT NULL,
    requester_name TEXT,
    claimant TEXT,
    claimant_name TEXT,
    claimed_at TIMESTAMPTZ(3),
    priority INTEGER NOT NULL DEFAULT 3,
    due_at TIMESTAMPTZ(3),
    expires_at TIMESTAMPTZ(3),
    on_expire TEXT NOT NULL DEFAULT 'reject',
    subject_hash TEXT NOT NULL,
    round INTEGER NOT NULL DEFAULT 1,
    revision INTEGER NOT NULL DEFAULT 1,
    status TEXT NOT NULL DEFAULT 'open',
    outcome JSON,
    outcome_id UUID,
    delivery TEXT,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    decided_at TIMESTAMPTZ(3),

    CONSTRAINT human_tasks_pkey PRIMARY KEY (workspace_id,id)
);

CREATE TABLE human_task_decisions (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    task_id UUID NOT NULL,
    round INTEGER NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT,
    on_behalf_of TEXT,
    channel TEXT NOT NULL,
    action TEXT NOT NULL,
    verdict TEXT NOT NULL,
    comment TEXT,
    form JSON,
    items JSON,
    subject_hash TEXT NOT NULL,
    idempotency_key TEXT,
    ip TEXT,
    user_agent TEXT,
    at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT human_task_decisions_pkey PRIMARY KEY (workspace_id,id)
);

CREATE TABLE audit (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    details JSON NOT NULL,

    CONSTRAINT audit_pkey PRIMARY KEY (workspace_id,id)
);

CREATE TABLE outbox (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    key TEXT,
    kind TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    body JSON NOT NULL,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    next_attempt_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    delivered_at TIMESTAMPTZ(3),

    CONSTRAINT outbox_pkey PRIMARY KEY (workspace_id,id)
);

CREATE TABLE idempotency_keys (
    workspace_id UUID NOT NULL,
    principal TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    claim UUID NOT NULL,
    body_hash TEXT NOT NULL,
    status TEXT NOT NULL,
    response JSON,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    claimed_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (workspace_id,principal,method,path,key)
);

CREATE TABLE artifacts (
    workspace_id UUID NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT artifacts_pkey PRIMARY KEY (workspace_id,sha256)
);

CREATE UNIQUE INDEX workspaces_name_key ON workspaces(name);

CREATE INDEX workflows_workspace_id_created_at_name_idx ON workflows(workspace_id, created_at, name);

CREATE UNIQUE INDEX workflow_versions_workspace_id_name_number_key ON workflow_versions(workspace_id, name, number);

CREATE INDEX agents_workspace_id_created_at_name_idx ON agents(workspace_id, created_at, name);

CREATE INDEX runs_workspace_id_created_at_id_idx ON runs(workspace_id, created_at, id);

CREATE INDEX runs_workspace_id_workflow_created_at_id_idx ON runs(workspace_id, workflow, created_at, id);

CREATE UNIQUE INDEX runs_workspace_id_start_key_key ON runs(workspace_id, start_key);

CREATE UNIQUE INDEX run_events_workspace_id_run_id_position_key ON run_events(workspace_id, run_id, position);

CREATE INDEX human_tasks_workspace_id_created_at_id_idx ON human_tasks(workspace_id, created_at, id);

CREATE INDEX human_tasks_workspace_id_run_id_idx ON human_tasks(workspace_id, run_id);

CREATE UNIQUE INDEX human_tasks_workspace_id_open_key_key ON human_tasks(workspace_id, open_key);

CREATE UNIQUE INDEX human_task_decisions_workspace_id_task_id_round_actor_key ON human_task_decisions(workspace_id, task_id, round, actor);

CREATE UNIQUE INDEX human_task_decisions_workspace_id_task_id_idempotency_key_key ON human_task_decisions(workspace_id, task_id, idempotency_key);

CREATE INDEX audit_workspace_id_resource_at_idx ON audit(workspace_id, resource, at);

CREATE UNIQUE INDEX outbox_workspace_id_key_key ON outbox(workspace_id, key);

CREATE UNIQUE INDEX idempotency_keys_workspace_id_claim_key ON idempotency_keys(workspace_id, claim);

ALTER TABLE workflow_versions ADD CONSTRAINT workflow_versions_workspace_id_name_fkey FOREIGN KEY (workspace_id, name) REFERENCES workflows(workspace_id, name) ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE workflow_channels ADD CONSTRAINT workflow_channels_workspace_id_name_fkey FOREIGN KEY (workspace_id, name) REFERENCES workflows(workspace_id, name) ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE agent_versions ADD CONSTRAINT agent_versions_workspace_id_name_fkey FOREIGN KEY (workspace_id, name) REFERENCES agents(workspace_id, name) ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE human_task_decisions ADD CONSTRAINT human_task_decisions_workspace_id_task_id_fkey FOREIGN KEY (workspace_id, task_id) REFERENCES human_tasks(workspace_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT;


ALTER TABLE workspaces ADD CONSTRAINT workspaces_name_check CHECK (name <> '');
ALTER TABLE runs
    ADD CONSTRAINT runs_kind_check CHECK (kind IN ('workflow', 'invocation')),
    ADD CONSTRAINT runs_status_check
        CHECK (status IN ('pending', 'running', 'waiting', 'suspended', 'completed', 'faulted', 'canceled')),
    ADD CONSTRAINT runs_ended_check CHECK ((ended_at IS NOT NULL) = (status IN ('completed', 'faulted', 'canceled'))),
    ADD CONSTRAINT runs_tags_check CHECK (jsonb_typeof(tags) = 'object');
ALTER TABLE run_events
    ADD CONSTRAINT run_events_superseded_check CHECK (rival = 0 OR seq > 0),
    ADD CONSTRAINT run_events_position_check CHECK (position > 0);
ALTER TABLE human_tasks
    ADD CONSTRAINT human_tasks_status_check
        CHECK (status IN ('open', 'claimed', 'approved', 'rejected', 'changes_requested', 'expired', 'canceled', 'superseded')),
    ADD CONSTRAINT human_tasks_delivery_check CHECK (delivery IN ('pending', 'signaled', 'acknowledged')),
    ADD CONSTRAINT human_tasks_decided_check
        CHECK ((status IN ('open', 'claimed')) = (decided_at IS NULL) AND (decided_at IS NULL) = (outcome_id IS NULL)
            AND (decided_at IS NULL) = (delivery IS NULL)),
    ADD CONSTRAINT human_tasks_claimed_check CHECK (status <> 'claimed' OR claimant IS NOT NULL);
ALTER TABLE idempotency_keys
    ADD CONSTRAINT idempotency_keys_status_check CHECK (status IN ('in_flight', 'done')),
    ADD CONSTRAINT idempotency_keys_response_check CHECK ((status = 'done') = (response IS NOT NULL));

-- Rows that change often keep room on their page, so that an update touches no index.
ALTER TABLE runs SET (fillfactor = 70);
ALTER TABLE steps SET (fillfactor = 80);
ALTER TABLE human_tasks SET (fillfactor = 80);

-- One event holds at each number of a run.
CREATE UNIQUE INDEX run_events_holding_key ON run_events (workspace_id, run_id, seq) WHERE NOT superseded;

-- What the loops look for: small indexes, each of the rows that still need something.
CREATE INDEX runs_open_idx ON runs (workspace_id, created_at, id) WHERE ended_at IS NULL;
CREATE INDEX runs_unstarted_idx ON runs (workspace_id, created_at) WHERE temporal_run_id IS NULL AND ended_at IS NULL;
CREATE INDEX runs_provisional_idx ON runs (workspace_id, id) WHERE provisional IS NOT NULL;
CREATE INDEX runs_parent_idx ON runs (workspace_id, parent_run_id) WHERE parent_run_id IS NOT NULL;
CREATE INDEX outbox_due_idx ON outbox (workspace_id, next_attempt_at) WHERE delivered_at IS NULL;
CREATE INDEX human_tasks_open_idx ON human_tasks (workspace_id, created_at, id) WHERE decided_at IS NULL;
CREATE INDEX human_tasks_unacknowledged_idx ON human_tasks (workspace_id, decided_at)
    WHERE delivery IN ('pending', 'signaled');
CREATE INDEX idempotency_keys_expires_idx ON idempotency_keys (workspace_id, expires_at);
-- A GIN index cannot be led by a uuid without an extension, so the workspace is checked on the row.
CREATE INDEX runs_tags_idx ON runs USING gin (tags jsonb_path_ops) WHERE tags <> '{}';

INSERT INTO workspaces (id, name) VALUES ('00000000-0000-4000-8000-000000000001', 'default');
