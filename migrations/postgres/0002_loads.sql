-- Loads with their stops and timeline. The first and last stop stand in the load's own row as well: every list needs
-- them, and stops change rarely.
CREATE TABLE sequences (
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE loads (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    load_number TEXT NOT NULL,
    version BIGINT NOT NULL,
    status TEXT NOT NULL,
    status_changed_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    equipment TEXT NOT NULL,
    is_hot BOOLEAN NOT NULL,
    carrier_id UUID REFERENCES carriers (id),
    driver_id UUID REFERENCES drivers (id),
    dispatcher_id UUID REFERENCES users (id),
    carrier_rate_cents BIGINT,
    customer_rate_cents BIGINT,
    commodity TEXT,
    weight_lbs BIGINT,
    reference TEXT,
    notes TEXT,
    miles DOUBLE PRECISION NOT NULL,
    stop_count BIGINT NOT NULL,
    origin_city TEXT NOT NULL,
    origin_state TEXT NOT NULL,
    origin_lat DOUBLE PRECISION NOT NULL,
    origin_lng DOUBLE PRECISION NOT NULL,
    pickup_start TIMESTAMPTZ NOT NULL,
    pickup_end TIMESTAMPTZ NOT NULL,
    pickup_zone TEXT NOT NULL,
    destination_city TEXT NOT NULL,
    destination_state TEXT NOT NULL,
    destination_lat DOUBLE PRECISION NOT NULL,
    destination_lng DOUBLE PRECISION NOT NULL,
    delivery_start TIMESTAMPTZ NOT NULL,
    delivery_end TIMESTAMPTZ NOT NULL,
    delivery_zone TEXT NOT NULL,
    eta TIMESTAMPTZ,
    dispatched_at TIMESTAMPTZ,
    picked_up_at TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    cancelled_at TIMESTAMPTZ,
    cancel_reason TEXT,
    UNIQUE (tenant_id, load_number)
);
CREATE INDEX loads_by_status ON loads (tenant_id, status, pickup_start);
CREATE INDEX loads_by_carrier ON loads (tenant_id, carrier_id, status);
CREATE INDEX loads_by_driver ON loads (tenant_id, driver_id, status);

CREATE TABLE stops (
    id UUID PRIMARY KEY,
    load_id UUID NOT NULL REFERENCES loads (id),
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL,
    facility TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lng DOUBLE PRECISION NOT NULL,
    zone TEXT NOT NULL,
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    arrived_at TIMESTAMPTZ,
    departed_at TIMESTAMPTZ,
    UNIQUE (load_id, sequence)
);

CREATE TABLE timeline (
    id UUID PRIMARY KEY,
    load_id UUID NOT NULL REFERENCES loads (id),
    at TIMESTAMPTZ NOT NULL,
    by_name TEXT,
    body TEXT NOT NULL
);
CREATE INDEX timeline_by_load ON timeline (load_id, at);
