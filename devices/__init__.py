"""Drivers for what the terminal does not control. No Qt; families do not know each other."""
