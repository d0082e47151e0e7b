"""Fuzz corpora, made of what the schemas know of every field and the rules of every server's answer."""
