"""Organisation: regions, departments, offices, and which days are working days.

Owns the reference tables an administrator keeps. Does not know who works where: that is `portal.access`.
"""
