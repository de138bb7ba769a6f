"""What is told when a definition cannot be said in Quick Sight."""

from __future__ import annotations


class DefinitionError(ValueError):
    """Quick Sight has no way to say what a definition asks for; the message names the place and the cure."""
