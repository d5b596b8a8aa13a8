"""Judges: programs nobody here wrote say whether our wires, papers and codes are right. `make judges` runs them all."""
