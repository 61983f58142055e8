-- Companies, the people who sign in, and their sign-ins.
CREATE TABLE tenants (
    id BLOB PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    zone TEXT NOT NULL
);

CREATE TABLE carriers (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    mc_number TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    equipment TEXT NOT NULL,
    UNIQUE (tenant_id, mc_number)
);

CREATE TABLE drivers (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    carrier_id BLOB NOT NULL REFERENCES carriers (id),
    name TEXT NOT NULL,
    phone TEXT NOT NULL
);
CREATE INDEX drivers_by_carrier ON drivers (tenant_id, carrier_id);

CREATE TABLE users (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    -- Lower case, so that signing in ignores case.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    carrier_id BLOB REFERENCES carriers (id),
    driver_id BLOB REFERENCES drivers (id),
    active BOOLEAN NOT NULL,
    failed_sign_ins INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT,
    created_at TEXT NOT NULL
);

CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    -- SHA-256 of the refresh token now in force, and of the one before it: whoever shows the latter later than a
    -- moment after the change has stolen it, or was stolen from.
    refresh_hash TEXT NOT NULL,
    previous_hash TEXT,
    rotated_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_refresh ON sessions (refresh_hash);
CREATE INDEX sessions_by_previous ON sessions (previous_hash);
