"""Verification: the 25 online comparisons, what they returned, and the conflicts a person settles.

Keeps declared, returned, seen and decided side by side. A comparison never rejects: it raises work for an officer.
"""
