"""What a dashboard is, as plain values: expressions, measures, data sets, visuals. Nothing here knows a target."""
