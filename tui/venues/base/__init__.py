"""What every venue offers: the adapter protocol, its messages and its specification.

Nothing of a single venue.
"""
