"""Talking to central: the wire format, the client, and the engine that moves the cursors."""
