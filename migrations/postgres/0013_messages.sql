-- What is written about loads. A load's messages are counted from 1 in the order in which they were stored.
CREATE TABLE messages (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    load_id UUID NOT NULL REFERENCES loads (id),
    seq BIGINT NOT NULL,
    -- Whose load it was then: a later carrier sees nothing of it. None when no carrier knew of the load.
    carrier_id UUID REFERENCES carriers (id),
    -- Whether it is for the company's own staff alone.
    for_staff BOOLEAN NOT NULL,
    sender_id UUID NOT NULL REFERENCES users (id),
    sender_name TEXT NOT NULL,
    -- Whether its sender is of the carrier's people.
    by_carrier BOOLEAN NOT NULL,
    client_key UUID NOT NULL,
    text TEXT NOT NULL,
    -- The ids of those whom it names, with a comma between.
    mentions TEXT NOT NULL,
    sent_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX messages_by_load ON messages (load_id, seq);
CREATE UNIQUE INDEX messages_by_key ON messages (sender_id, client_key);
CREATE INDEX messages_by_time ON messages (tenant_id, sent_at);

-- How far each has read the messages of a load. It never goes back.
CREATE TABLE message_reads (
    load_id UUID NOT NULL REFERENCES loads (id),
    user_id UUID NOT NULL REFERENCES users (id),
    seq BIGINT NOT NULL,
    message_id UUID NOT NULL REFERENCES messages (id),
    read_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (load_id, user_id)
);
