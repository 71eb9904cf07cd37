"""The page of copies: how many, read when, what was found and mended, how far the round is."""
