"""Rules, alerts and people's acts in DynamoDB."""
