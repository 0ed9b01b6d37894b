"""Official documents: letters, receipt, application form, letter of authorisation, service guides.

Each builder turns what the platform knows into the words a template of `portal.rendering.pdf` sets; `routes` hands the
PDF over. Numbers of identity stand in full only on what the family itself signs, and printing that is recorded.
"""
