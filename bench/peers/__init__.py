"""The contenders that are not Flink; each a program that writes its result as canonical lines."""
