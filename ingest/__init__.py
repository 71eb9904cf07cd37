"""May this come in, and in which form?"""
