"""Use cases of the terminal: decide, append to the journal, act."""
