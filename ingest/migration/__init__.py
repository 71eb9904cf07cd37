"""Preservation plans: all derivatives of one kind made anew as another, beside the untouched originals."""
