"""Recognitions: who is recognised as what, from when to when (the facts `s_…`), and what was awarded to whom.

Everything that depends on another item's outcome asks here. Does not know how a recognition came about.
"""
