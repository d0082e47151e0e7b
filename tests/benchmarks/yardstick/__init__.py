"""The yardstick: the codec's jobs written by hand with `struct`, as one would without the schema engine.

Same input types, same checks, same values, errors that are a `ValueError`; only what errors say and the ERROR body are
left out. `same_job` proves it before anything is timed. Where a usual message takes a short way here and an unusual one
a long way, so it does in the codec.
"""

from . import copychunk, decode, dfs_reply, encode, negotiate, network, symbolic_link, values

__all__ = ["copychunk", "decode", "dfs_reply", "encode", "negotiate", "network", "symbolic_link", "values"]
