-- Links by which drivers report without signing in, each for one load.
CREATE TABLE links (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    load_id UUID NOT NULL REFERENCES loads (id),
    -- SHA-256 of the token. The token itself is kept nowhere.
    token_hash TEXT NOT NULL UNIQUE,
    -- For whom it was made: it ends when another truck moves the load.
    carrier_id UUID NOT NULL REFERENCES carriers (id),
    driver_id UUID NOT NULL REFERENCES drivers (id),
    made_by TEXT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    revoked_by TEXT,
    opened_at TIMESTAMPTZ,
    opens BIGINT NOT NULL,
    consent_at TIMESTAMPTZ,
    said TEXT,
    said_at TIMESTAMPTZ,
    waiting BIGINT NOT NULL,
    last_fix_at TIMESTAMPTZ,
    note TEXT,
    noted_at TIMESTAMPTZ
);
CREATE INDEX links_by_load ON links (load_id, made_at);
