"""The system's stack on one machine: emulators of the AWS services and a real Flink cluster."""
