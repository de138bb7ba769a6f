"""What the system costs a month in the cloud: dated list prices, measured amounts, and levers; `python -m cost`."""
