-- What users are told of. Things of one kind that come together are one row: items has the newest of them as JSON, count
-- says how many there are.
CREATE TABLE notices (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    topic TEXT NOT NULL,
    count BIGINT NOT NULL,
    items TEXT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ
);
CREATE INDEX notices_by_user ON notices (user_id, first_at, id);
CREATE INDEX notices_by_topic ON notices (user_id, topic, first_at);
CREATE INDEX notices_unread ON notices (user_id, first_at) WHERE read_at IS NULL;
CREATE INDEX notices_by_age ON notices (tenant_id, first_at);

-- How users want to be told. A user's row is locked while something is told to them or read by them, so that what is
-- counted is right; it is there from then on.
CREATE TABLE inboxes (
    user_id UUID PRIMARY KEY REFERENCES users (id),
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    topics_off TEXT NOT NULL,
    loud_from TEXT NOT NULL,
    quiet_from_min BIGINT,
    quiet_until_min BIGINT,
    quiet_zone TEXT
);
