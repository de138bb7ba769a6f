"""The buckets: lake, clips, Athena's results, and the log of who asked for what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from edge.clips.settings import Retention
from infra.names import Names
from infra.permissions import acknowledge

CLIP_DAYS: dict[str, int] = {"day": 1, "weeks": 28, "months": 92}
"""Days that a clip is kept, by the retention class that the edge tags it with."""
assert set(CLIP_DAYS) == set(get_args(Retention)), "expected a number of days for each of the edge's classes"
ACCESS_LOG_DAYS = 90
_PARTS = s3.LifecycleRule(id="unfinished-uploads", abort_incomplete_multipart_upload_after=Duration.days(2))


class Buckets(Construct):
    """All private, by TLS only, encrypted with the given key, with a log of requests."""

    def __init__(
        self, scope: Construct, name: str, *, names: Names, key: kms.IKey, keeps_data: bool, results_days: int
    ) -> None:
        super().__init__(scope, name)
        self._names = names
        self._key = key
        self._keeps_data = keeps_data
        self.access_logs = self._log_bucket()
        # Not versioned: Iceberg keeps its own history, and a deleted store must not live on in old versions.
        self.lake = self._bucket("lake", [_PARTS], prefix="lake/")
        self.clips = self._bucket("clips", [_PARTS, *_clip_rules()], prefix="clips/")
        expiring = s3.LifecycleRule(id="results", expiration=Duration.days(results_days))
        self.results = self._bucket("results", [_PARTS, expiring], prefix="results/", is_kept=False)

    def _bucket(self, what: str, rules: Sequence[s3.LifecycleRule], *, prefix: str, is_kept: bool = True) -> s3.Bucket:
        return s3.Bucket(
            self,
            what.capitalize(),
            bucket_name=self._names.bucket(what),
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self._key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix=prefix,
            lifecycle_rules=list(rules),
            removal_policy=self._removal(is_kept=is_kept),
        )

    def _log_bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "AccessLogs",
            bucket_name=self._names.bucket("access-logs"),
            # The service that writes these logs knows no other kind of key.
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[_PARTS, s3.LifecycleRule(id="logs", expiration=Duration.days(ACCESS_LOG_DAYS))],
            removal_policy=self._removal(is_kept=True),
        )
        acknowledge(bucket, "AwsSolutions-S1", "It holds the other buckets' logs: a log of it would grow by itself.")
        return bucket

    def _removal(self, *, is_kept: bool) -> RemovalPolicy:
        # A bucket that is not empty cannot be deleted: who wants it gone empties it first (docs/deploy.md).
        return RemovalPolicy.RETAIN if self._keeps_data and is_kept else RemovalPolicy.DESTROY


def _clip_rules() -> list[s3.LifecycleRule]:
    return [
        s3.LifecycleRule(id=f"clips-{name}", tag_filters={"retention": name}, expiration=Duration.days(days))
        for name, days in CLIP_DAYS.items()
    ]
