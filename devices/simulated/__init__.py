"""Simulated devices: processes of their own that speak the real wire and obey a fault script."""
