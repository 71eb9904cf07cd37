"""The quarantine: infected deliveries, and what two people decide about them."""
