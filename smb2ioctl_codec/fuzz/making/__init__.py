"""The cases of a corpus: valid messages, and what is broken in them."""
