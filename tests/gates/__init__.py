"""Copies of tickets at many gates. `make gates` plays them; `tests/gates/test_gates.py` is its quick form."""
