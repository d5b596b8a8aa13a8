"""The HTTP side of central: exactly the calls of sync.wire, every error a Problem."""
