"""Readers: whatever wrapping an office used, one case file comes out (see README.md)."""
