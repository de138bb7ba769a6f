"""The weekly report: each Monday a PDF for each store, region and the chain, mailed to those who may see it."""
