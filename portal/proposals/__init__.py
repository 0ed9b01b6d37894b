"""Proposals: what a configurator wants to change in the catalogue, kept beside everybody else's until it is published.

A proposal rests on one release and holds the documents it changes, nothing else; each edit can be undone. It is tried,
shown to a second person, and published by the same act as `portal catalogue publish`. Does not know how documents are
edited on a screen, nor what a release means for running cases.
"""
