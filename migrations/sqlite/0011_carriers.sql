-- Carriers as they are looked after: whether they may be given loads, how to reach them, and what they have in force.
ALTER TABLE carriers ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE carriers ADD COLUMN status TEXT NOT NULL DEFAULT 'ACTIVE';
UPDATE carriers SET status = 'INACTIVE' WHERE NOT active;
ALTER TABLE carriers DROP COLUMN active;
ALTER TABLE carriers ADD COLUMN dot_number TEXT;
ALTER TABLE carriers ADD COLUMN phone TEXT;
ALTER TABLE carriers ADD COLUMN email TEXT;
ALTER TABLE carriers ADD COLUMN notes TEXT;
ALTER TABLE carriers ADD COLUMN updated_at TEXT;
ALTER TABLE carriers ADD COLUMN updated_by TEXT;

-- A driver who has left is given no loads any more; what they drove stays theirs.
ALTER TABLE drivers ADD COLUMN has_left BOOLEAN NOT NULL DEFAULT FALSE;

-- What a carrier has in force until the end of a day, as its company counts days. Of its end it is told in steps: told_days
-- is the last one, in days before the end.
CREATE TABLE covers (
    carrier_id BLOB NOT NULL REFERENCES carriers (id),
    kind TEXT NOT NULL,
    number TEXT,
    amount_cents INTEGER,
    expires_on TEXT NOT NULL,
    told_days INTEGER,
    PRIMARY KEY (carrier_id, kind)
) WITHOUT ROWID;
CREATE INDEX covers_by_end ON covers (expires_on);
