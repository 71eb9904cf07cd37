"""The ledger: what happened, and every decision. Append-only, sealed, provable."""
