"""Evidence records (RFC 4998): that a package existed unchanged, provable longer than one certificate lasts."""
