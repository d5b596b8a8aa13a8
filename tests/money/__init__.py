"""`make money`: payments by the thousand, every kind of terminal, faults and cut power, against their books."""
