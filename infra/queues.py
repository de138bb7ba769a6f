"""Queues: encrypted with the project's key, by TLS only."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.permissions import acknowledge

KEPT = Duration.days(14)
"""How long a message lies unread: the most that SQS has."""


def encrypted_queue(
    scope: Construct,
    name: str,
    queue_name: str,
    key: kms.IKey,
    *,
    kept: Duration | None = KEPT,
    visibility: Duration | None = None,
    dead: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    """Return a queue; without one for its dead letters it is where those of others lie."""
    queue = sqs.Queue(
        scope,
        name,
        queue_name=queue_name,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=kept,
        visibility_timeout=visibility,
        dead_letter_queue=dead,
        removal_policy=RemovalPolicy.DESTROY,
    )
    if dead is None:
        acknowledge(queue, "AwsSolutions-SQS3", "It is itself where dead letters lie, and has an alarm.")
    return queue
