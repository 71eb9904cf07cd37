"""Who signed this, and does it hold?"""
