"""The page of a disposal list that goes through the whole procedure of its law."""
