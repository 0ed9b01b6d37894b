"""The catalogue: documents become checked, immutable, content-hashed releases.

Owns reading and writing the documents, every check on them, the values they become, releases and their differences.
Does not know households, applications or cases; those ask the catalogue. Import from the modules themselves, so that
checking files needs no database.
"""
