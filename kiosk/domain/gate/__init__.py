"""The gate's decision by data: what is known, the rules in order, and the answer."""
