"""A person's user in Quick Sight, and the groups that it is in: exactly those of the token, each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from botocore.exceptions import ClientError

from lambdas.dashboards.errors import NotReaderError, classed, code_of
from lambdas.dashboards.scopes import GROUP_PREFIX
from lambdas.dashboards.viewer import Viewer

if TYPE_CHECKING:
    from mypy_boto3_quicksight import QuickSightClient
    from mypy_boto3_quicksight.type_defs import UserTypeDef

READERS = frozenset({"READER", "READER_PRO"})
_MISSING = "ResourceNotFoundException"
_EXISTS = "ResourceExistsException"


class _Place(TypedDict):
    """What every call names."""

    AwsAccountId: str
    Namespace: str


@dataclass(frozen=True, slots=True)
class Reader:
    """A person's user in Quick Sight."""

    name: str
    arn: str


class Members:
    """Users and groups of one namespace.

    Users are registered with an IAM role and the person's id as its session, not as users of Quick Sight itself: those
    wait for an invitation to be accepted and have a password, by which they would stay in when the token says no more.
    Nobody can assume the role, so that the URL handed out here is the only way in.
    """

    def __init__(
        self, client: QuickSightClient, *, account_id: str, namespace: str, role_arn: str, viewers_group: str
    ) -> None:
        self._client = client
        self._place: _Place = {"AwsAccountId": account_id, "Namespace": namespace}
        self._role_arn = role_arn
        self._viewers_group = viewers_group

    def reader(self, viewer: Viewer) -> Reader:
        """Return the person's user, registered now if it is new.

        Raises:
            NotReaderError: it may do more than read.
            DashboardError: Quick Sight refused or is busy.
        """
        return self.known(viewer) or self._register(viewer)

    def known(self, viewer: Viewer) -> Reader | None:
        """Return the person's user; None where there is none yet. Raises as `reader`."""
        with classed("look up a user"):
            try:
                return _reader(self._client.describe_user(**self._place, UserName=self._user_name(viewer))["User"])
            except ClientError as error:
                if code_of(error) == _MISSING:
                    return None
                raise

    def keep_to(self, reader: Reader, viewer: Viewer) -> None:
        """Make the person's groups those of their scopes: first out of what is not theirs, then into what is.

        When this fails halfway, the person is in fewer groups than before or than now, never in others. Groups that are
        not ours stay. Without a scope the person leaves all of ours.

        Raises:
            DashboardError: Quick Sight refused or is busy; the groups may be some of those wanted.
        """
        wanted = {scope.group for scope in viewer.scopes}
        if wanted:
            wanted.add(self._viewers_group)
        present = self._groups(reader)
        for group in sorted(present - wanted):
            self._leave(reader, group)
        for group in sorted(wanted - present):
            self._join(reader, group)

    def _register(self, viewer: Viewer) -> Reader:
        with classed("register a user"):
            try:
                made = self._client.register_user(
                    **self._place,
                    IdentityType="IAM",
                    UserRole="READER",
                    Email=viewer.email,
                    IamArn=self._role_arn,
                    SessionName=viewer.subject,
                )
                return _reader(made["User"])
            except ClientError as error:
                # Two pages opened at once by somebody new.
                if code_of(error) != _EXISTS:
                    raise
                return _reader(self._client.describe_user(**self._place, UserName=self._user_name(viewer))["User"])

    def _user_name(self, viewer: Viewer) -> str:
        """Return the name that Quick Sight gives to a user of a role."""
        return f"{self._role_arn.rpartition('/')[2]}/{viewer.subject}"

    def _groups(self, reader: Reader) -> set[str]:
        with classed("list a user's groups"):
            pages = self._client.get_paginator("list_user_groups").paginate(**self._place, UserName=reader.name)
            names = {group["GroupName"] for page in pages for group in page.get("GroupList", [])}
        return {name for name in names if name.startswith(GROUP_PREFIX) or name == self._viewers_group}

    def _leave(self, reader: Reader, group: str) -> None:
        with classed("take a user out of a group"):
            try:
                self._client.delete_group_membership(**self._place, GroupName=group, MemberName=reader.name)
            except ClientError as error:
                if code_of(error) != _MISSING:
                    raise

    def _join(self, reader: Reader, group: str) -> None:
        with classed("put a user into a group"):
            try:
                self._add(reader, group)
            except ClientError as error:
                if code_of(error) != _MISSING:
                    raise
                self._make(group)
                self._add(reader, group)

    def _add(self, reader: Reader, group: str) -> None:
        try:
            self._client.create_group_membership(**self._place, GroupName=group, MemberName=reader.name)
        except ClientError as error:
            if code_of(error) != _EXISTS:
                raise

    def _make(self, group: str) -> None:
        try:
            self._client.create_group(**self._place, GroupName=group, Description="Store traffic: who sees which rows")
        except ClientError as error:
            if code_of(error) != _EXISTS:
                raise


def _reader(user: UserTypeDef) -> Reader:
    role = str(user.get("Role", "none"))
    if role not in READERS:
        raise NotReaderError(
            f"user in Quick Sight: expected {' or '.join(sorted(READERS))}, came {role}, who may see every row; "
            "make it a reader, or delete the user so that it is registered again"
        )
    return Reader(name=user["UserName"], arn=user["Arn"])
