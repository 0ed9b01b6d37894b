"""Notices: letters to the applicant. One combined notice lists every item with outcome and reason; interim ones before."""
