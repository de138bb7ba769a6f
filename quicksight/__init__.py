"""The dashboards: defined once, deployed to Amazon Quick Sight, and shown without a cloud from the same definitions."""
