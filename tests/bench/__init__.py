"""Measuring: `python -m tests.bench` prints one table. Figures are ratios to something beside them in the same run."""
