"""Who owns which cell (journey x place x segment): pool, leases, sold. Rules P1 and P5 live here."""
