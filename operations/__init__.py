"""The machine room: which parts run, are they well, and the demonstration that drives them all."""
