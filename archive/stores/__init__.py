"""Stores: places that keep packages. A folder now; S3 stands behind the same interface."""
