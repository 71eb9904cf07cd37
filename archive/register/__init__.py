"""The register: what is where, now. SQL, fast, and rebuildable from packages and ledger alone."""
