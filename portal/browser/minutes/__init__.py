"""What follows a stored delivery: its minutes, and what the source may do with its own copy."""
