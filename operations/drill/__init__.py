"""Backups, and the drill that proves what can be restored."""
