"""Measurements: what Tidegate costs beside what one would write by hand. `make bench`, or `python -m bench --help`.

Absolute numbers are of the machine; ratios are of the same run, in which the cases took turns.
"""
