"""Registers: the departments' own lists (utility accounts, disability cards, students, the elderly).

Their shape is data (`form_schemas/registers`). They feed prefill and start list-based items; they know no applications.
"""
