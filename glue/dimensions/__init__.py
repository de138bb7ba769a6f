"""Dimensions: what is known of stores, dates, holidays, periods and peaks, written into the lake table by table."""
