"""Scan-to-pay: the terminal's drivers, a real central, simulated gateways as processes with ledgers."""
