"""The ways to reach people. A channel knows messages and addresses, not who may hear."""
