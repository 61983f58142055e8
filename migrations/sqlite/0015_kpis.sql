-- What the figures of the last days are counted from.
CREATE INDEX loads_by_delivered ON loads (tenant_id, delivered_at);
CREATE INDEX loads_by_dispatched ON loads (tenant_id, dispatched_at);
CREATE INDEX loads_by_picked_up ON loads (tenant_id, picked_up_at);
CREATE INDEX offers_by_end ON offers (ended_at) WHERE ended_at IS NOT NULL;
