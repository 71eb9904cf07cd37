"""Documents that arrive alone: they wait, are joined into their case file, and may be asked back meanwhile."""
