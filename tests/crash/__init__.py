"""Crashes in numbers: lost power, kill -9, failing system calls, damaged files. `python -m tests.crash`, `make crash`."""
