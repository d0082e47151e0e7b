"""Speed: what the codec costs relative to code written by hand, and to construct. See README.md."""
