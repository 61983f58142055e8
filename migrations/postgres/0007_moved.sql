-- When a marker moved, by the server's clock: who asks for what changed since a moment gets the trucks that moved.
ALTER TABLE tracks ADD COLUMN moved_at TIMESTAMPTZ;
UPDATE tracks SET moved_at = at;
