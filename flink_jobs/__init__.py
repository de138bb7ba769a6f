"""The Flink application `store_traffic`: SQL from Kinesis to the lake and DynamoDB.

Imports the standard library, pyflink and contracts only: it runs in Flink's own Python environment.
"""
