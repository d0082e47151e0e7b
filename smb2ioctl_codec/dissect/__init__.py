"""Showing messages: a tree of fields with their places, its text, and a JSON form that leads back to the same bytes.

`forms` tells bodies, messages and frames apart; `inputs` finds them in what a user hands over; `tree` reads one into
nodes, broken bytes too; `text` prints nodes, `tables` control codes and rules; `json_form` goes both ways.
"""
