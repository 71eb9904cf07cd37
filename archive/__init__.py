"""The vault: what a record is, how it is described, packaged, stored and proven."""
