"""From imported sources to what is on sale: catalogue versions, dated journeys, their inventory."""
