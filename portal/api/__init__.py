"""REST services, one folder each."""
