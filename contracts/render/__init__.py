"""Renderings of the contracts, one small module per target."""
