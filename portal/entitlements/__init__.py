"""Entitlements: a household's right to a benefit: persons, amount, period, from-date and next review.

Opened when a case is confirmed. Later life (review, change, suspension, cessation) will live here too.
"""
