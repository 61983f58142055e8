-- Tenders: to which carriers a load was offered, at what rate and for how long, and what became of each offer.
CREATE TABLE tenders (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    load_id UUID NOT NULL REFERENCES loads (id),
    mode TEXT NOT NULL,
    rate_cents BIGINT NOT NULL,
    window_min BIGINT NOT NULL,
    sent_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX tenders_by_load ON tenders (load_id, sent_at);

CREATE TABLE offers (
    tender_id UUID NOT NULL REFERENCES tenders (id),
    carrier_id UUID NOT NULL REFERENCES carriers (id),
    turn BIGINT NOT NULL,
    state TEXT NOT NULL,
    expires_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    reason TEXT,
    note TEXT,
    PRIMARY KEY (tender_id, carrier_id)
);
CREATE INDEX offers_by_carrier ON offers (carrier_id, state);

-- When the load's open offers end: looked for every second.
ALTER TABLE loads ADD COLUMN tender_expires_at TIMESTAMPTZ;
CREATE INDEX loads_by_tender_end ON loads (tender_expires_at) WHERE tender_expires_at IS NOT NULL;
