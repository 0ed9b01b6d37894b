"""Files: what was uploaded, scanned or photographed, checked by its content and stored by its hash.

A row says what the file is evidence of, whose it is (an owner such as "draft:12" or "application:5") and who brought
it. Does not know drafts or applications: whoever may read the owner may read its files.
"""
