-- What users look for again and again, under a name.
CREATE TABLE saved_views (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (id),
    user_id UUID NOT NULL REFERENCES users (id),
    page TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    UNIQUE (user_id, page, name)
);
CREATE INDEX saved_views_shared ON saved_views (tenant_id) WHERE shared;
