"""Households: people and who lives with whom, over time.

Owns persons (found by the blind index of their id number) and households with dated memberships. Does not know what
they applied for.
"""
