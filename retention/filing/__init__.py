"""The dossier of a destruction becomes a case file of the archive."""
