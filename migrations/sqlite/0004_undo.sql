-- What each load was before its newest change, so that whoever made the change can take it back for a short while.
-- One row for each load: the version that the change produced, who made it and when, and the load and its stops' times
-- as they were before.
CREATE TABLE undo (
    load_id BLOB PRIMARY KEY REFERENCES loads (id),
    version INTEGER NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    at TEXT NOT NULL,
    was TEXT NOT NULL
) WITHOUT ROWID;
