"""The terminal without Qt: domain, store, services, wiring and the command `kiosk`."""
