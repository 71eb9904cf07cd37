"""A disposal list on its way through the law, step by step."""
