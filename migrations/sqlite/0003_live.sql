-- The journal: what was told to whom, numbered without holes per audience, and where trucks are.
CREATE TABLE streams (
    stream TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL
);

CREATE TABLE journal (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
) WITHOUT ROWID;

CREATE TABLE fixes (
    load_id BLOB NOT NULL REFERENCES loads (id),
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    received_at TEXT NOT NULL,
    lat REAL NOT NULL,
    lng REAL NOT NULL,
    speed REAL,
    heading REAL,
    accuracy REAL,
    suspect BOOLEAN NOT NULL,
    PRIMARY KEY (load_id, at, source)
) WITHOUT ROWID;

-- One row for each load that was heard of: where its marker is, and a jump that waits for a second fix.
CREATE TABLE tracks (
    load_id BLOB PRIMARY KEY REFERENCES loads (id),
    lat REAL NOT NULL,
    lng REAL NOT NULL,
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    speed REAL,
    heading REAL,
    suspect_lat REAL,
    suspect_lng REAL,
    suspect_at TEXT
) WITHOUT ROWID;
