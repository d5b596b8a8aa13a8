"""The only Qt in the terminal."""
