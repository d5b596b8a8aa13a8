"""Guests: tickets of other systems, media that stand for tickets, and the plan of the gates."""
