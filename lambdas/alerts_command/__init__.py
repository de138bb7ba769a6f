"""`python -m lambdas.alerts_command`: alert rules and alerts from the command line."""
