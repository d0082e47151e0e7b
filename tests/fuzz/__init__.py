"""Fuzz corpora: what is in them, what is said of it, and where it is written."""
