"""Figures beside a floor measured in the same run: a ratio survives a slow machine, a time does not."""
