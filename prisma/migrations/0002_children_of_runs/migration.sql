-- Whether the parent waits for the end of a child run, and whether it has to be told of it by a signal.
ALTER TABLE runs
    ADD COLUMN parent_awaits BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN parent_asked BOOLEAN NOT NULL DEFAULT false;
