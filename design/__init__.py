"""The visual language: one file of tokens, and what is rendered from it."""
