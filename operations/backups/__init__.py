"""Backups: sets that are known, expire, and are asked by every destruction."""
