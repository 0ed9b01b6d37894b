"""Cases: one item of an application, with its own department, workflow, clock and outcome; and everybody's tasks.

Owns cases, tasks and determinations, and the application's front. Does not know how entitlements are scheduled or paid.
"""
