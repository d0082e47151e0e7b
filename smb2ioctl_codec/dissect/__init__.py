"""Showing messages: trees of fields with their places, and what else can be made of captures.

`forms` and `bodies` say what bytes are, `inputs` finds messages in what a user hands over. `inspect` takes any bytes
apart: `inspector` goes down to payloads and contexts, `parts` collects nodes and findings, `records` makes the `nodes`
of a record, by `quick` if a decoder has taken it, or else by `spans`. `wireshark` and `kinds` give them names and
roles, `display`, `text` and `view` print them.

`select` gives the wanted messages of a capture, each a `captured` with its fields by name: `heads` reads the fixed part
and `carried` the payload without a tree (`flat`, by the same `recipes` as `quick`), `leaves` off one; both say the
same, in the forms of `printed`. `filters`, `tabular`, `ek`, `about` and `report` work on these.

`json_form` goes both ways, record by record in `json_values`; `tables` prints control codes and rules.
"""
