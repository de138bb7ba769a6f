"""Names and ARNs of what the stacks make: concrete, so that policies are texts that can be read and tested.

A stage is an account and a region of its own, so the names say nothing of the stage.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "store-traffic"
STREAM = f"{PREFIX}-events"
APPLICATION = f"{PREFIX}-stream"
WORKGROUP = PREFIX
CLUSTER = f"{PREFIX}-batch"
BATCH_TASK = f"{PREFIX}-batch"
IMAGE_PROJECT = f"{PREFIX}-batch-image"
IMAGE_REPOSITORY = f"{PREFIX}/batch"
NIGHTLY = f"{PREFIX}-nightly"
SCHEDULES = PREFIX
ALARM_TOPIC = f"{PREFIX}-alarms"
CONFIGURATION_SET = f"{PREFIX}-alerts"
RETRY_QUEUE = "notifier-retry"
DEAD_QUEUE = "notifier-dead"
HISTORY_DEAD_QUEUE = "history-dead"
REPORT_QUEUE = f"{PREFIX}-reports"
REPORT_DEAD_QUEUE = f"{PREFIX}-reports-dead"
SCHEDULE_DEAD_QUEUE = f"{PREFIX}-schedule-dead"
THING_GROUP = f"{PREFIX}-edge"
EDGE_ROLE = f"{PREFIX}-edge"
EDGE_ROLE_ALIAS = f"{PREFIX}-edge"
EDGE_POLICY = f"{PREFIX}-edge"
DASHBOARD = PREFIX


def partition_of(region: str) -> str:
    """Return the part of AWS that a region belongs to, as ARNs name it."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass(frozen=True, slots=True)
class Names:
    """What is in one account and region."""

    account: str
    region: str
    database: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:{partition_of(self.region)}:{service}:{self.region}:{self.account}:{resource}"

    def role(self, name: str) -> str:
        """Return the ARN of a role."""
        return f"arn:{partition_of(self.region)}:iam::{self.account}:role/{name}"

    def bucket(self, what: str) -> str:
        """Return the name of a bucket: buckets of all accounts share their names."""
        return f"{PREFIX}-{what}-{self.account}-{self.region}"

    def objects(self, what: str, keys: str = "") -> str:
        """Return the ARN of a bucket, or of the objects in it that the keys match."""
        named = f"arn:{partition_of(self.region)}:s3:::{self.bucket(what)}"
        return f"{named}/{keys}" if keys else named

    def table(self, name: str) -> str:
        """Return the ARN of a table in DynamoDB."""
        return self.arn("dynamodb", f"table/{name}")

    def function(self, name: str) -> str:
        """Return the ARN of a Lambda."""
        return self.arn("lambda", f"function:{PREFIX}-{name}")

    def log_streams(self, group: str) -> str:
        """Return the ARN of all streams of a log group; the services choose their names."""
        return self.arn("logs", f"log-group:{group}:log-stream:*")

    @property
    def warehouse(self) -> str:
        """S3 prefix of the lake."""
        return f"s3://{self.bucket('lake')}/lake"

    @property
    def results(self) -> str:
        """S3 prefix of Athena's results."""
        return f"s3://{self.bucket('results')}/athena/"

    @property
    def catalog(self) -> tuple[str, ...]:
        """ARNs of the Glue catalog, the lake's database and all its tables."""
        return (
            self.arn("glue", "catalog"),
            self.arn("glue", f"database/{self.database}"),
            self.arn("glue", f"table/{self.database}/*"),
        )
