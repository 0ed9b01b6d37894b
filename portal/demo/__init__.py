"""Demo: a town of invented people whose files went through the real commands, so that every screen has something on it.

Owns nothing: it calls what desks call, at moments of the past, and never writes a table behind a command's back. Nothing
else imports it. Every number comes out of one seed, so two machines show the same town.
"""
