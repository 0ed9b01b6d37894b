"""Rendering: a composed form as accessible HTML, and official documents as PDF.

Used by every edge; knows forms and texts, and nothing about cases, people or money.
"""
