"""The edge of a store: from camera pictures to `inference.v1` events. The only place that knows detectors and video.

The core (`zones`, `visits`, `snapshots`, `crossings`, `health`, `device`, `publisher`) is pure: event time is an
argument, nothing in it imports a video or model library, and the simulator drives it with made-up trajectories.
"""
