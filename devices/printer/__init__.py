"""Printer driver family."""
