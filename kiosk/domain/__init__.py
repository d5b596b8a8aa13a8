"""Pure values and rules, shared with central: no I/O, no clock, no ids made here."""
