"""A simulated railway under faults: one thread, one seed, virtual time, and the product's own rules in every part."""
