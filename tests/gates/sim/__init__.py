"""Many gates in one process, on real stores, with the product's own rules; only time and the network are made up."""
