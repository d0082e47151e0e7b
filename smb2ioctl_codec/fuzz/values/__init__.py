"""Values of records, made from their plans: plain ones, and everything that can be otherwise in them."""
