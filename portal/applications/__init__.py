"""Applications: drafts and what an applicant submitted, with its pinned release, answers and papers.

Knows people and the catalogue. Does not know how the items are decided: `portal.cases` reads applications.
"""
