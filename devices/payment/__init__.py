"""Payment driver family."""
