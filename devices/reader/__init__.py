"""Scanners that are not cameras: on a serial line, or typing like a keyboard."""
