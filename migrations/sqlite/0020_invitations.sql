-- The ways in by which people choose a password: SHA-256 of the secret, which is kept nowhere else.
CREATE TABLE invitations (
    user_id BLOB PRIMARY KEY REFERENCES users (id),
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    hash TEXT NOT NULL UNIQUE,
    expires_at TEXT NOT NULL
);

-- Whether somebody has ever chosen a password.
ALTER TABLE users ADD COLUMN joined BOOLEAN NOT NULL DEFAULT TRUE;
