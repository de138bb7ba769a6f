"""What runs each night in the batch image: every store's day settled, one after the other."""
