"""The commands of `edge`, one module each: `add(parser)` describes its arguments and names what runs it."""
