"""Everything shipped that is not code: layouts, demo network, icons, sounds, translations."""
