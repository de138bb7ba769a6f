"""The one error that the local stack raises."""


class StackError(Exception):
    """The local stack cannot do what was asked.

    Its text is one message: what was expected, what came, and how to cure it.
    """

    def __init__(self, *, expected: str, came: str, cure: str) -> None:
        """Join the three parts into one message."""
        super().__init__(f"Expected {expected}, but {came}. {cure}")
