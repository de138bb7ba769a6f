"""Closed days summed by each store's own hours, by `sql/rollup`, into the tables that seasons are asked of."""
