-- Whether a load of a customer's reference is there already is looked for with every file that is imported.
CREATE INDEX loads_by_reference ON loads (tenant_id, reference) WHERE reference IS NOT NULL;
