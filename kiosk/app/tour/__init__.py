"""The tour: the whole story by itself on real processes, with a report that says whether all of it held."""
