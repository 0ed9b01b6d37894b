"""The portal: one form, one home visit, every department in parallel, generated from the catalogue."""
