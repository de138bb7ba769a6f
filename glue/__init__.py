"""Creates and evolves every table of the contracts: the lake in the Glue catalog, the live tables in DynamoDB."""
