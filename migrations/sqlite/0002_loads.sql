-- Loads with their stops and timeline. The first and last stop stand in the load's own row as well: every list needs
-- them, and stops change rarely.
CREATE TABLE sequences (
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE loads (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    load_number TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    status_changed_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    equipment TEXT NOT NULL,
    is_hot BOOLEAN NOT NULL,
    carrier_id BLOB REFERENCES carriers (id),
    driver_id BLOB REFERENCES drivers (id),
    dispatcher_id BLOB REFERENCES users (id),
    carrier_rate_cents INTEGER,
    customer_rate_cents INTEGER,
    commodity TEXT,
    weight_lbs INTEGER,
    reference TEXT,
    notes TEXT,
    miles REAL NOT NULL,
    stop_count INTEGER NOT NULL,
    origin_city TEXT NOT NULL,
    origin_state TEXT NOT NULL,
    origin_lat REAL NOT NULL,
    origin_lng REAL NOT NULL,
    pickup_start TEXT NOT NULL,
    pickup_end TEXT NOT NULL,
    pickup_zone TEXT NOT NULL,
    destination_city TEXT NOT NULL,
    destination_state TEXT NOT NULL,
    destination_lat REAL NOT NULL,
    destination_lng REAL NOT NULL,
    delivery_start TEXT NOT NULL,
    delivery_end TEXT NOT NULL,
    delivery_zone TEXT NOT NULL,
    eta TEXT,
    dispatched_at TEXT,
    picked_up_at TEXT,
    delivered_at TEXT,
    completed_at TEXT,
    cancelled_at TEXT,
    cancel_reason TEXT,
    UNIQUE (tenant_id, load_number)
);
CREATE INDEX loads_by_status ON loads (tenant_id, status, pickup_start);
CREATE INDEX loads_by_carrier ON loads (tenant_id, carrier_id, status);
CREATE INDEX loads_by_driver ON loads (tenant_id, driver_id, status);

CREATE TABLE stops (
    id BLOB PRIMARY KEY,
    load_id BLOB NOT NULL REFERENCES loads (id),
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    facility TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    lat REAL NOT NULL,
    lng REAL NOT NULL,
    zone TEXT NOT NULL,
    window_start TEXT NOT NULL,
    window_end TEXT NOT NULL,
    arrived_at TEXT,
    departed_at TEXT,
    UNIQUE (load_id, sequence)
);

CREATE TABLE timeline (
    id BLOB PRIMARY KEY,
    load_id BLOB NOT NULL REFERENCES loads (id),
    at TEXT NOT NULL,
    by_name TEXT,
    body TEXT NOT NULL
);
CREATE INDEX timeline_by_load ON timeline (load_id, at);
