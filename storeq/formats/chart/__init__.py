"""Charts: one page that asks for nothing else, or one SVG."""
