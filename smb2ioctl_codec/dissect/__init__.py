"""Showing messages: a tree of fields with their places, its text, and a JSON form that leads back to the same bytes.

`inputs` finds messages in what a user hands over, `forms` and `bodies` say what they are; `tree` makes `nodes` of one,
broken bytes too; `inspect` makes `parts` of any bytes, with the names of `wireshark`; `display` and `text` print them,
`tables` control codes and rules; `json_form` goes both ways, record by record in `json_values`.
"""
