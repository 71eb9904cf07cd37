"""Rounds that never end: every copy is read again within a set period, and what is bad is mended."""
