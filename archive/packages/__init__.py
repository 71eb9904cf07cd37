"""Packages: one writer and one reader each for bag, METS, PREMIS and EAD, all streaming."""
