"""Codes one pays with: payment codes of wallets, and codes that ask for a bank transfer."""
