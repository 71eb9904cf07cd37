"""What comes in from the offices' systems, and what is answered."""
