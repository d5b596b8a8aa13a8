"""The protocol that keeps a place from being sold twice: pure rules, shared by central, terminals and their proof.

Rules P0-P13 and their names: ARCHITECTURE.md, "The promise". No I/O, no clock, no ids made here; `tests/prove` explores
and simulates these very functions.
"""
