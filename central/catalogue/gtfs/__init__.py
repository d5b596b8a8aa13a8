"""Reading GTFS Schedule feeds: any zip or folder, as far as it is sound. Source: GTFS reference, April 2026."""

from central.catalogue.gtfs.read import read_feed

__all__ = ["read_feed"]
