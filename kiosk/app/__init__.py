"""The composition root: arguments, configuration, wiring, logs, doctor."""
