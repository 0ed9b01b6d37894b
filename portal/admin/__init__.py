"""Admin: what Flask-AppBuilder generates from the release, and the cures for its faults.

`register_generated(appbuilder, release)` lives in `portal.admin.items`; this package's other modules make FAB safe to use.
"""
