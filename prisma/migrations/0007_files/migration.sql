-- Artifacts that are files: what somebody has put in, or an agent has answered with. The others are payloads of histories,
-- which no reader of files may see. The same bytes may be both.
ALTER TABLE artifacts
    ADD COLUMN is_file BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN file_name TEXT;
