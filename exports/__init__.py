"""How does it leave, or get printed?"""
