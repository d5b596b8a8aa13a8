"""The proof that no place is sold twice: an exhaustive model check and a simulation of the product's own rules."""
