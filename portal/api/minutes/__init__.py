"""REST: the minutes of a hand-over."""
