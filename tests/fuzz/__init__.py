"""Altered tickets, by the million, and altered pictures: nothing comes in, nothing breaks."""
