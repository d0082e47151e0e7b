"""The engine: compiled codec, span reader and construct against one another, and each part by itself."""
