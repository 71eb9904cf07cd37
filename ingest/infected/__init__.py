"""Infected deliveries in quarantine: two people release or destroy them; see README.md."""
