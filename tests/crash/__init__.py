"""Crashes in numbers: lost power, kill -9, failing system calls, damaged files. `make crash` runs all of it."""
