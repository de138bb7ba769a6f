"""The Flink contenders; runs in Flink's own Python environment."""
