-- What each load was before its newest change, so that whoever made the change can take it back for a short while.
-- One row for each load: the version that the change produced, who made it and when, and the load and its stops' times
-- as they were before.
CREATE TABLE undo (
    load_id UUID PRIMARY KEY REFERENCES loads (id),
    version BIGINT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    at TIMESTAMPTZ NOT NULL,
    was TEXT NOT NULL
);
