"""The dashboards without a cloud: static pages over a lake, worked out from the same definitions."""
