"""The error that ends the demo with one message and exit code 2."""


class DemoError(Exception):
    """The demo cannot run: what was expected, what came, and the cure."""
