"""Mutations and crossovers of any bytes, for fuzzers that ask for one after another."""
