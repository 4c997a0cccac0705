"""Twelve months of ledgers and statements of the demo company, made from a seed, with known faults and kept truth.

It tells what happened between a supplier and its chains, lets both book-keepings go wrong in the ways of the trade,
and writes what each of them would send. It knows nothing of how anybody compares the two.
"""
