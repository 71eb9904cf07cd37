"""REST: lists of due files, for the systems of agencies."""
