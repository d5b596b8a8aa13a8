"""Camera driver family."""
