"""The vault's commands: is everything still what it was, and make it so again."""
