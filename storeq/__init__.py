"""`storeq`: the questions of `sql/athena`, asked of a period and of stores, on DuckDB, Trino or Athena."""
