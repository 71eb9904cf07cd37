"""The bucket as a store uses it."""

from __future__ import annotations

from archive.stores.s3_bucket.reads import Reads
from archive.stores.s3_bucket.versions import Versions
from archive.stores.s3_bucket.writes import Writes


class Bucket(Reads, Writes, Versions):
    """One bucket of an S3 server; every error is one of ours."""
