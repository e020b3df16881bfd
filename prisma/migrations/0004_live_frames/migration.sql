-- What agents tell while they work: kept while their step runs, for readers of the run. Nothing is lost that counts when the
-- table is empty, so the table is not logged, and a crash of the server empties it.
--
-- Who writes calls write_live_frames and nothing else, once for many frames of many runs. Its arrays have one member for each
-- frame, in the order in which things were told: the run, the step and its attempt, the delivery (Temporal's number of the
-- attempt of the activity), the type, the data (JSON as text: a text, or the object that was told), and how many frames before
-- this one were given up. Frames of a step are numbered from 1 over all its attempts, and a lost one leaves a gap. A step keeps
-- its last 2,000 frames and 256 KiB of data, and takes none once it has ended. Readers hear of it on the channel baton_frames.
-- Frames of ended steps are removed by whoever wrote them, a few seconds later, and by a sweeper.
CREATE UNLOGGED TABLE live_frames (
    workspace_id UUID NOT NULL,
    run_id UUID NOT NULL,
    step_id INTEGER NOT NULL,
    frame_offset INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    type TEXT NOT NULL,
    data JSON NOT NULL,
    through BIGINT NOT NULL,
    at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT live_frames_pkey PRIMARY KEY (workspace_id,run_id,step_id,frame_offset)
);

ALTER TABLE live_frames
    ADD CONSTRAINT live_frames_offset_check CHECK (frame_offset > 0),
    ADD CONSTRAINT live_frames_type_check
        CHECK (type IN ('agent.chunk', 'agent.thinking', 'agent.message', 'agent.tool_call', 'agent.tool_result'));

CREATE FUNCTION write_live_frames(
    workspaces UUID[], runs UUID[], steps INTEGER[], attempts INTEGER[], deliveries INTEGER[], types TEXT[], told TEXT[],
    losses INTEGER[]
) RETURNS void LANGUAGE sql AS $$
    WITH frames AS (
        SELECT workspace_id, run_id, step_id, attempt, delivery, type, data::json AS data, octet_length(data) AS size,
               1 + lost AS numbers, n
        FROM unnest(workspaces, runs, steps, attempts, deliveries, types, told, losses) WITH ORDINALITY
            AS f (workspace_id, run_id, step_id, attempt, delivery, type, data, lost, n)
    ), places AS (
        SELECT k.*, coalesce(newest.frame_offset, 0) AS last_offset, coalesce(newest.through, 0) AS last_through
        FROM (SELECT DISTINCT workspace_id, run_id, step_id FROM frames) k
        LEFT JOIN LATERAL (
            SELECT l.frame_offset, l.through FROM live_frames l
            WHERE l.workspace_id = k.workspace_id AND l.run_id = k.run_id AND l.step_id = k.step_id
            ORDER BY l.frame_offset DESC LIMIT 1
        ) newest ON true
        WHERE NOT EXISTS (SELECT FROM steps s
                          WHERE s.workspace_id = k.workspace_id AND s.run_id = k.run_id AND s.step_id = k.step_id
                            AND s.ended_at IS NOT NULL)
    ), numbered AS (
        SELECT f.*, p.last_offset + sum(f.numbers) OVER line AS frame_offset,
               p.last_through + sum(f.size) OVER line AS through
        FROM frames f JOIN places p USING (workspace_id, run_id, step_id)
        WINDOW line AS (PARTITION BY f.workspace_id, f.run_id, f.step_id ORDER BY f.n)
    ), ends AS (
        SELECT workspace_id, run_id, step_id, max(frame_offset) - 2000 AS too_old, max(through) - 262144 AS too_far
        FROM numbered GROUP BY workspace_id, run_id, step_id
    ), kept AS (
        INSERT INTO live_frames (workspace_id, run_id, step_id, frame_offset, attempt, delivery, type, data, through)
        SELECT n.workspace_id, n.run_id, n.step_id, n.frame_offset, n.attempt, n.delivery, n.type, n.data, n.through
        FROM numbered n JOIN ends e USING (workspace_id, run_id, step_id)
        WHERE n.frame_offset > e.too_old AND n.through - n.size >= e.too_far
        ON CONFLICT DO NOTHING
    ), dropped AS (
        DELETE FROM live_frames l USING ends e
        WHERE l.workspace_id = e.workspace_id AND l.run_id = e.run_id AND l.step_id = e.step_id
          AND (l.frame_offset <= e.too_old OR l.through - octet_length(l.data::text) < e.too_far)
    )
    SELECT pg_notify('baton_frames', string_agg(workspace_id || '.' || run_id, ','))
    FROM (SELECT workspace_id, run_id, (row_number() OVER () - 1) / 100 AS notice
          FROM (SELECT DISTINCT workspace_id, run_id FROM ends) told_of) noticed
    GROUP BY notice
$$;
