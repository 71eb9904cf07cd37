"""Where is it, and may this person see it?"""
