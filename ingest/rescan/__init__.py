"""The rescan: everything that is kept is looked through for viruses again within a set period."""
