"""What is this file, may it be opened, and its PDF/A."""
