"""Functions that the cloud calls: handlers, and what they stand on."""
