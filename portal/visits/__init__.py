"""Home visits: one merged survey per application, recorded by two investigators, kept with the release it asked by."""
