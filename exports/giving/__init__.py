"""Copies of case files given out to people who asked for one: prepared, fetched, taken back after their term."""
