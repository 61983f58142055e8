-- What was reported from the road: by telephone, by a message, or by the carrier's people here.
CREATE TABLE check_calls (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    load_id BLOB NOT NULL REFERENCES loads (id),
    -- Whose load it was then: a later carrier sees nothing of it.
    carrier_id BLOB REFERENCES carriers (id),
    kind TEXT NOT NULL,
    city TEXT,
    state TEXT,
    lat REAL,
    lng REAL,
    eta TEXT,
    notes TEXT,
    method TEXT NOT NULL,
    source TEXT NOT NULL,
    called_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    backdated BOOLEAN NOT NULL,
    remind_hours INTEGER,
    -- Nobody, when it was made from the truck's position.
    user_id BLOB REFERENCES users (id),
    by_name TEXT NOT NULL,
    -- Whether it was logged by the carrier's people.
    by_carrier BOOLEAN NOT NULL,
    client_key BLOB,
    edited_at TEXT
);
CREATE INDEX check_calls_by_load ON check_calls (load_id, called_at, id);
CREATE INDEX check_calls_by_day ON check_calls (tenant_id, received_at);
CREATE UNIQUE INDEX check_calls_by_key ON check_calls (user_id, client_key);

-- Up to which hour it was told that a load must be heard of, and since when it must.
CREATE TABLE check_calls_told (
    load_id BLOB PRIMARY KEY REFERENCES loads (id),
    due_at TEXT NOT NULL,
    step_hours INTEGER NOT NULL
) WITHOUT ROWID;

-- The loads of which somebody must hear, of all companies.
CREATE INDEX loads_under_way ON loads (tenant_id, id)
    WHERE status IN ('DISPATCHED', 'AT_PICKUP', 'PICKED_UP', 'IN_TRANSIT', 'AT_DELIVERY');
