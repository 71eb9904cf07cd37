"""How long, and what then?"""
