"""Preservation plans: what they would do, who approves them, how far they are."""
