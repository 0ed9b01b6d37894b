"""The desk: the inbox and one page for every step whose work is the township's, the verification centre's or a window's.

Steps of departments open on their item's own screen, which is generated.
"""
