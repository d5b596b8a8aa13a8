"""Journals of terminals: stored raw first (P4), applied afterwards, once for each (terminal, incarnation, seq)."""
