"""Jobs: what happens after something was recorded, and what happens when a day has passed.

The audit trail is the outbox: handlers run over events, each delivery is written down, a lost queue loses nothing. Glues
packages that do not know each other; knows nothing of the web.
"""
