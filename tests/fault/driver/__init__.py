"""Faults put into the real contend, and what must hold after each of them.  See ../matrix.py."""
