"""The alert policy: from windowed rows to alerts. Plain Python; only `operator` knows Flink."""
