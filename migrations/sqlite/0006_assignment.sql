-- When the present carrier was given the load, and under which carrier each fix was reported: a carrier sees nothing of
-- those who moved the load before it.
ALTER TABLE loads ADD COLUMN assigned_at TEXT;
ALTER TABLE fixes ADD COLUMN carrier_id BLOB REFERENCES carriers (id);
UPDATE loads SET assigned_at = COALESCE(
        (SELECT MAX(t.at) FROM timeline t WHERE t.load_id = loads.id AND t.body LIKE '%"carrier_assigned"%'),
        created_at)
    WHERE carrier_id IS NOT NULL;
UPDATE fixes SET carrier_id = (SELECT l.carrier_id FROM loads l
    WHERE l.id = fixes.load_id AND l.assigned_at <= fixes.received_at);
