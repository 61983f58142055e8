-- What positions tell of stops: whether it was they that told of an arrival or a departure; since when somebody's word stands
-- against them (held_at: a time was taken back then); how long stops at the place have taken lately; and when the owner was
-- told that detention began.
ALTER TABLE stops ADD COLUMN arrived_by_position BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE stops ADD COLUMN departed_by_position BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE stops ADD COLUMN held_at TEXT;
ALTER TABLE stops ADD COLUMN usual_ms INTEGER;
ALTER TABLE stops ADD COLUMN detention_told_at TEXT;
CREATE INDEX stops_stood_at ON stops (arrived_at)
    WHERE arrived_at IS NOT NULL AND departed_at IS NULL AND detention_told_at IS NULL;
CREATE INDEX stops_by_place ON stops (facility, city, state, arrived_at);

-- Since when the present truck has the load: what another one reported says nothing of it. And the estimate that the
-- timeline told last.
ALTER TABLE loads ADD COLUMN truck_since TEXT;
ALTER TABLE loads ADD COLUMN eta_noted TEXT;

-- How the truck drives: its speed, how long it has driven since its driver's last long rest, and when it drove last.
ALTER TABLE tracks ADD COLUMN mph REAL;
ALTER TABLE tracks ADD COLUMN driven_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tracks ADD COLUMN drove_at TEXT;

-- A change that a position made is nobody's own, so anybody who may move the load can take it back. What was here could be
-- taken back for a minute.
DROP TABLE undo;
CREATE TABLE undo (
    load_id BLOB PRIMARY KEY REFERENCES loads (id),
    version INTEGER NOT NULL,
    user_id BLOB REFERENCES users (id),
    at TEXT NOT NULL,
    was TEXT NOT NULL
);
