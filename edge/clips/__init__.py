"""Clips: some seconds of a camera around a hazard, for a person to judge. Off by default; see docs/edge/clips.md."""
