-- Calls that were done under a key of their caller's, so that a call which is sent again is done once: for which call
-- the key was used, and what was answered, as soon as that is known. Kept for a day.
CREATE TABLE once (
    user_id UUID NOT NULL REFERENCES users (id),
    key TEXT NOT NULL,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    print TEXT NOT NULL,
    answer TEXT,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX once_by_age ON once (tenant_id, at);
