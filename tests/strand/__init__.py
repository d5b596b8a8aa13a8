"""How much stock do leases strand, and how much do they serve in the dark? A simulation of the product's rules."""
