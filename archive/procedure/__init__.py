"""The law's way from a disposal list to its destruction, as the vault follows and judges it."""
