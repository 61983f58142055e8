-- The journal: what was told to whom, numbered without holes per audience, and where trucks are.
CREATE TABLE streams (
    stream TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE journal (
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (stream, seq)
);

CREATE TABLE fixes (
    load_id UUID NOT NULL REFERENCES loads (id),
    at TIMESTAMPTZ NOT NULL,
    source TEXT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lng DOUBLE PRECISION NOT NULL,
    speed DOUBLE PRECISION,
    heading DOUBLE PRECISION,
    accuracy DOUBLE PRECISION,
    suspect BOOLEAN NOT NULL,
    PRIMARY KEY (load_id, at, source)
);

-- One row for each load that was heard of: where its marker is, and a jump that waits for a second fix.
CREATE TABLE tracks (
    load_id UUID PRIMARY KEY REFERENCES loads (id),
    lat DOUBLE PRECISION NOT NULL,
    lng DOUBLE PRECISION NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    source TEXT NOT NULL,
    speed DOUBLE PRECISION,
    heading DOUBLE PRECISION,
    suspect_lat DOUBLE PRECISION,
    suspect_lng DOUBLE PRECISION,
    suspect_at TIMESTAMPTZ
);
