"""The central system: one inventory for all channels, on PostgreSQL."""
