"""The dashboards, one file each, and the data sets that they share."""
