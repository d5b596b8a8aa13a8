"""Relay driver family: boards that let a turnstile or a door open."""
