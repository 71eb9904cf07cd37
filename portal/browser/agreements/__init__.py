"""Agreements with agencies: what holds, what waits for an approval, a new version."""
