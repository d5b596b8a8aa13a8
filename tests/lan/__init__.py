"""Gates that tell each other: rules, lines, real sockets on the loopback."""
