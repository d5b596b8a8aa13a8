"""The only code in the terminal that knows SQLite."""
