"""Alembic's migrations of central's database."""
