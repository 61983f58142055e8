-- Links by which drivers report without signing in, each for one load.
CREATE TABLE links (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    load_id BLOB NOT NULL REFERENCES loads (id),
    -- SHA-256 of the token. The token itself is kept nowhere.
    token_hash TEXT NOT NULL UNIQUE,
    -- For whom it was made: it ends when another truck moves the load.
    carrier_id BLOB NOT NULL REFERENCES carriers (id),
    driver_id BLOB NOT NULL REFERENCES drivers (id),
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    revoked_by TEXT,
    opened_at TEXT,
    opens INTEGER NOT NULL,
    consent_at TEXT,
    said TEXT,
    said_at TEXT,
    waiting INTEGER NOT NULL,
    last_fix_at TEXT,
    note TEXT,
    noted_at TEXT
);
CREATE INDEX links_by_load ON links (load_id, made_at);
