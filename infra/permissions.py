"""What a role may do: written down as values, and refused where something is left open without a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Acknowledgment, Stack, Token, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct


class OpenPermissionError(ValueError):
    """A permission has a wildcard and does not say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """One statement of a policy.

    Attributes:
        sid: what it is for, in words: the statement's id.
        actions: of AWS, without wildcards.
        resources: ARNs.
        all_but: in place of resources: everything but these ARNs.
        why_open: why a resource has a wildcard; needed where one has.
        conditions: of IAM.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    all_but: tuple[str, ...] = ()
    why_open: str = ""
    conditions: Mapping[str, Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        if any("*" in action for action in self.actions):
            raise OpenPermissionError(f"{self.sid}: expected every action by its name, came {self.actions}; list them")
        if bool(self.resources) == bool(self.all_but):
            raise OpenPermissionError(f"{self.sid}: expected either resources or all_but, came both or none; name them")
        if (self.open_resources or self.all_but) and not self.why_open:
            left_open = ", ".join(self.open_resources or self.all_but)
            raise OpenPermissionError(f"{self.sid}: expected a reason for {left_open}, came none; say why, or close it")

    @property
    def open_resources(self) -> tuple[str, ...]:
        """Those with a wildcard."""
        return tuple(each for each in self.resources if not Token.is_unresolved(each) and "*" in each)

    @property
    def statement(self) -> iam.PolicyStatement:
        """The statement as CDK takes it."""
        return iam.PolicyStatement(
            sid=self.sid,
            actions=list(self.actions),
            resources=list(self.resources) or None,
            not_resources=list(self.all_but) or None,
            conditions=dict(self.conditions) if self.conditions else None,
        )


def grant(role: iam.Role, *allowed: Allow) -> iam.Policy:
    """Let a role do what is listed, and nothing more; what uses the role should wait for the policy."""
    policy = iam.Policy(role, "Allowed", statements=[each.statement for each in allowed], roles=[role])
    for each in allowed:
        for resource in each.open_resources:
            # cdk-nag writes a variable of a policy in angles.
            named = re.sub(r"\$\{([^}]*)\}", r"<\1>", resource)
            acknowledge(policy, f"AwsSolutions-IAM5[Resource::{named}]", each.why_open)
    return policy


def acknowledge(construct: Construct, finding: str, reason: str) -> None:
    """Say beside the code why a finding of cdk-nag is as it should be."""
    Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))


def service_role(scope: Construct, name: str, *, service: str, role_name: str) -> iam.Role:
    """Return a role that one service works as, for this account only; it may do nothing yet."""
    account = Stack.of(scope).account
    conditions = None if service in _WITHOUT_SOURCE else {"StringEquals": {"aws:SourceAccount": account}}
    return iam.Role(
        scope, name, role_name=role_name, assumed_by=iam.ServicePrincipal(service, conditions=conditions)
    )  # fmt: skip


_WITHOUT_SOURCE = ("lambda.amazonaws.com", "credentials.iot.amazonaws.com", "kinesisanalytics.amazonaws.com")
"""Services that do not say for which account they ask, or of which it is not documented."""
