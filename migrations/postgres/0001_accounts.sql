-- Companies, the people who sign in, and their sign-ins.
CREATE TABLE tenants (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    zone TEXT NOT NULL
);

CREATE TABLE carriers (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    mc_number TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    equipment TEXT NOT NULL,
    UNIQUE (tenant_id, mc_number)
);

CREATE TABLE drivers (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    carrier_id UUID NOT NULL REFERENCES carriers (id),
    name TEXT NOT NULL,
    phone TEXT NOT NULL
);
CREATE INDEX drivers_by_carrier ON drivers (tenant_id, carrier_id);

CREATE TABLE users (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    -- Lower case, so that signing in ignores case.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    carrier_id UUID REFERENCES carriers (id),
    driver_id UUID REFERENCES drivers (id),
    active BOOLEAN NOT NULL,
    failed_sign_ins BIGINT NOT NULL DEFAULT 0,
    locked_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    -- SHA-256 of the refresh token now in force, and of the one before it: whoever shows the latter later than a
    -- moment after the change has stolen it, or was stolen from.
    refresh_hash TEXT NOT NULL,
    previous_hash TEXT,
    rotated_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_refresh ON sessions (refresh_hash);
CREATE INDEX sessions_by_previous ON sessions (previous_hash);
