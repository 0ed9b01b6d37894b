"""The groups of the command line: each parses its arguments, calls one command or query and prints.

Stands where the other edges stand; nothing below imports it.
"""
