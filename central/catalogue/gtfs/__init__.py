"""Reading GTFS Schedule feeds: any zip or folder, as far as it is sound. Source: GTFS reference, April 2026."""
