"""Where the dashboards go: an account of Quick Sight, and how things there are named."""

from __future__ import annotations

from dataclasses import dataclass

READERS_GROUP = "store-traffic-viewer"
"""The group that every reader is in: dashboards are shared with it. It gives no rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account, region and stage.

    Attributes:
        account_id: 12 digits, or what CloudFormation fills in.
        region: where the lake and the dashboards are.
        workgroup: Athena's workgroup, which limits and encrypts what is asked.
        database: the Glue database that has the tables and the views.
        partition: `aws`, or that of another part of the cloud.
        namespace: of Quick Sight's users and groups.
        role_arn: role that Quick Sight reads the lake with; None for the role of the whole account.
        owners: users or groups, as ARNs, that may change what is made.
        readers_group: group that may open the dashboards.
        identity_region: where Quick Sight keeps users and groups, its home; empty where that is `region`.
        prefix: begins the id of everything that is made, so that stages can share an account.
        has_topic: whether questions in natural language can be asked (a priced part of Quick Sight).
    """

    account_id: str
    region: str
    workgroup: str
    database: str
    partition: str = "aws"
    namespace: str = "default"
    role_arn: str | None = None
    owners: tuple[str, ...] = ()
    readers_group: str = READERS_GROUP
    identity_region: str = ""
    prefix: str = "store-traffic"
    has_topic: bool = True

    def identifier(self, name: str) -> str:
        """Return the id of something made here, such as a dashboard."""
        return f"{self.prefix}-{name}"

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of something made here: a `datasource`, `dataset`, `theme`, `dashboard` or `topic`."""
        return f"arn:{self.partition}:quicksight:{self.region}:{self.account_id}:{kind}/{self.identifier(name)}"

    @property
    def readers(self) -> str:
        """The ARN of the group of all readers."""
        of = f"arn:{self.partition}:quicksight:{self.identity_region or self.region}:{self.account_id}"
        return f"{of}:group/{self.namespace}/{self.readers_group}"
