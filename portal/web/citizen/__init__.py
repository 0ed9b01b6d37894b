"""The citizen's own channel: sign in by phone, check what one may get, apply page by page, follow it, answer, withdraw.

Phone first. Its cookie entry is its own: nothing here looks at who of the staff is signed in, and nothing of theirs
looks at this.
"""
