"""A document of a case file that is to be destroyed, copied into another case file's package first."""
