"""REST: submission agreements."""
