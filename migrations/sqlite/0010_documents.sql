-- The papers of loads. The files themselves lie in the data directory, each under its id.
CREATE TABLE documents (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    load_id BLOB NOT NULL REFERENCES loads (id),
    -- Whose load it was then: a later carrier sees nothing of it.
    carrier_id BLOB REFERENCES carriers (id),
    by_carrier BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    print TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    removed_at TEXT
);
CREATE INDEX documents_by_load ON documents (load_id, uploaded_at);

-- What was delivered and is not complete yet: looked through every minute.
CREATE INDEX loads_by_delivery ON loads (delivered_at) WHERE status = 'DELIVERED';
