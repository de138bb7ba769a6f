"""Keeps the lake fast and small: compaction, retention, expiry of snapshots, orphan files, deletion of a store."""
