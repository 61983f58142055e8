-- Tenders: to which carriers a load was offered, at what rate and for how long, and what became of each offer.
CREATE TABLE tenders (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    load_id BLOB NOT NULL REFERENCES loads (id),
    mode TEXT NOT NULL,
    rate_cents INTEGER NOT NULL,
    window_min INTEGER NOT NULL,
    sent_at TEXT NOT NULL
);
CREATE INDEX tenders_by_load ON tenders (load_id, sent_at);

CREATE TABLE offers (
    tender_id BLOB NOT NULL REFERENCES tenders (id),
    carrier_id BLOB NOT NULL REFERENCES carriers (id),
    turn INTEGER NOT NULL,
    state TEXT NOT NULL,
    expires_at TEXT,
    ended_at TEXT,
    reason TEXT,
    note TEXT,
    PRIMARY KEY (tender_id, carrier_id)
);
CREATE INDEX offers_by_carrier ON offers (carrier_id, state);

-- When the load's open offers end: looked for every second.
ALTER TABLE loads ADD COLUMN tender_expires_at TEXT;
CREATE INDEX loads_by_tender_end ON loads (tender_expires_at) WHERE tender_expires_at IS NOT NULL;
