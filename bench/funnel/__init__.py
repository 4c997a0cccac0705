"""How long do the pages of a big funnel take?"""
