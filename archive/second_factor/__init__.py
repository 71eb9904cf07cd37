"""The second factor: one-time codes, enrolled per account, checked by the vault itself."""
