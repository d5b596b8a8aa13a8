"""What is on sale: feeds, layouts and events become a catalogue."""
