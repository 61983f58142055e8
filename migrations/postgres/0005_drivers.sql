-- Each change of a load is told to its driver's accounts as well.
CREATE INDEX users_by_driver ON users (tenant_id, driver_id);
