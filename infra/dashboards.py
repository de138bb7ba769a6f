"""Quick Sight: what `quicksight/` defines, made by CloudFormation with the same JSON as the API takes.

One construct makes the source with the role that it reads by, the rules of row-level security, the data sets with
their schedules, the themes, the topic and the dashboards. A template of them all is large: give the stack
`suppress_template_indentation`, so that it stays below CloudFormation's limit of 1 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import CfnOutput, CfnResource
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from glue.views import load_views
from infra.lake_access import ask_athena, read_lake
from infra.names import PREFIX, WORKGROUP, Names, partition_of
from infra.permissions import Allow, grant
from quicksight.api.account import Account
from quicksight.api.data_sets import RULES
from quicksight.api.requests import Request, data_sets_of, requests_of
from quicksight.dashboards import DASHBOARDS
from quicksight.model.dashboards import Dashboard
from storeq.questions import Library

ROLE = f"{PREFIX}-quick-sight"
_SERVICE = "quicksight.amazonaws.com"
_CHOICE_VIEWS = ("viewer_scope", "viewer_default", "period_choice")
_DESCRIBED_STORES = ("store_v1", "period_v1")
"""Tables that every data set is joined with, beside those of its view."""
_KINDS = {
    "CreateDataSource": "AWS::QuickSight::DataSource",
    "CreateDataSet": "AWS::QuickSight::DataSet",
    "CreateRefreshSchedule": "AWS::QuickSight::RefreshSchedule",
    "CreateTheme": "AWS::QuickSight::Theme",
    "CreateTopic": "AWS::QuickSight::Topic",
    "CreateDashboard": "AWS::QuickSight::Dashboard",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickSight:
    """What a stage chooses.

    Attributes:
        owners: ARNs of Quick Sight's users or groups that may change what is made.
        namespace: of users and groups.
        identity_region: where Quick Sight keeps users and groups; empty where that is the stack's region.
        has_topic: whether questions can be asked in natural language, which is priced apart.
    """

    owners: tuple[str, ...] = ()
    namespace: str = "default"
    identity_region: str = ""
    has_topic: bool = True


class Dashboards(Construct):
    """All dashboards of an account, readable by those whom their groups let, row by row.

    Quick Sight must be subscribed to before, by hand: there is no API for a price to be agreed to.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        names: Names,
        settings: QuickSight,
        decrypt: Allow,
        dashboards: Iterable[Dashboard] = DASHBOARDS,
    ) -> None:
        """Make everything.

        Args:
            scope: the stack; its account and region are those of `names`.
            name: of the construct.
            names: what is in the account.
            settings: what the stage chooses.
            decrypt: use of the key that the lake and the results are encrypted with.
            dashboards: what is made; all that there are, but in tests.
        """
        super().__init__(scope, name)
        self._dashboards = tuple(dashboards)
        self._library = Library(load_views())
        self._made: dict[tuple[str, str], CfnResource] = {}
        self.role = iam.Role(
            self,
            "Role",
            role_name=ROLE,
            # Quick Sight does not document that it says for which account it asks, so no condition can be put on it.
            assumed_by=iam.ServicePrincipal(_SERVICE),
            description="Quick Sight reads the lake by it, and nothing else",
        )
        policy = grant(self.role, *self._allowed(names), decrypt)
        self._account = _account(names, settings)
        group = self._readers_group(names, settings)
        for request in requests_of(self._dashboards, self._library, self._account):
            self._make(request, [policy] if group is None else [policy, group])
        self._tell()

    @property
    def dashboard_ids(self) -> Mapping[str, str]:
        """Quick Sight's id of each dashboard, by its name: what embeds them needs it."""
        return {each.name: self._account.identifier(each.name) for each in self._dashboards}

    def _make(self, request: Request, first: list[IDependable]) -> None:
        if request.operation not in _KINDS:
            return
        resource = CfnResource(
            self, _logical(request), type=_KINDS[request.operation], properties=cloudformation(request)
        )
        for needed in (*first, *self._needed(request)):
            resource.node.add_dependency(needed)
        if request.operation != "CreateRefreshSchedule":
            self._made[request.operation, request.name] = resource

    def _needed(self, request: Request) -> Iterable[CfnResource]:
        """Return what must be there before: ARNs are plain text, so CloudFormation does not see it by itself."""
        made = self._made
        match request.operation:
            case "CreateDataSet" if request.name == RULES:
                return [each for (operation, _), each in made.items() if operation == "CreateDataSource"]
            case "CreateDataSet":
                return [made["CreateDataSet", RULES]]
            case "CreateRefreshSchedule":
                return [made["CreateDataSet", request.name]]
            case "CreateTopic" | "CreateDashboard":
                wanted = ("CreateDataSet", "CreateTheme")
                return [each for (operation, _), each in made.items() if operation in wanted]
            case _:
                return []

    def _readers_group(self, names: Names, settings: QuickSight) -> CfnResource | None:
        """Return the group that dashboards are shared with; it can be made only where Quick Sight keeps groups."""
        if settings.identity_region not in ("", names.region):
            return None
        properties = {
            "Namespace": settings.namespace,
            "GroupName": self._account.readers_group,
            "Description": "May open the dashboards of store traffic; sees no row by that",
        }
        return CfnResource(self, "Readers", type="AWS::QuickSight::Group", properties=properties)

    def _allowed(self, names: Names) -> tuple[Allow, ...]:
        return (
            Allow(
                sid="ReadWhatIsShown",
                actions=("glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"),
                resources=(
                    names.arn("glue", "catalog"),
                    names.arn("glue", f"database/{names.database}"),
                    *(names.arn("glue", f"table/{names.database}/{table}") for table in self.tables()),
                ),
            ),
            Allow(
                sid="FollowQueries",
                actions=("athena:BatchGetQueryExecution", "athena:GetQueryResultsStream"),
                resources=(names.arn("athena", f"workgroup/{WORKGROUP}"),),
            ),
            Allow(
                sid="SeeTheCatalog",
                actions=("athena:GetDataCatalog", "athena:GetDatabase", "athena:GetTableMetadata"),
                resources=(names.arn("athena", "datacatalog/AwsDataCatalog"),),
            ),
            *(allow for allow in read_lake(names) if allow.sid != "ReadCatalog"),
            *ask_athena(names),
        )

    def tables(self) -> tuple[str, ...]:
        """Return the views and tables that the dashboards read, and no other: the role may read these."""
        views = {data_set.view for data_set in data_sets_of(self._dashboards).values()} | {*_CHOICE_VIEWS}
        found = {*_DESCRIBED_STORES}
        for view in views:
            question = self._library.find(view)
            found |= {part.name for part in question.parts} | {table.name for table in question.tables}
        return tuple(sorted(found))

    def _tell(self) -> None:
        for name, identifier in self.dashboard_ids.items():
            CfnOutput(self, f"{_words(name)}Id", value=identifier, description=f"Dashboard {name}")


def cloudformation(request: Request) -> dict[str, Any]:
    """Return a request's parameters as CloudFormation takes them, where that differs from the API."""
    said = dict(request.parameters)
    match request.operation:
        case "CreateTopic":
            return said | dict(said.pop("Topic"))
        case "CreateRefreshSchedule":
            frequency = dict(said["Schedule"]["ScheduleFrequency"])
            frequency["TimeZone"] = frequency.pop("Timezone")
            return said | {"Schedule": said["Schedule"] | {"ScheduleFrequency": frequency}}
        case _:
            return said


def _account(names: Names, settings: QuickSight) -> Account:
    return Account(
        account_id=names.account,
        region=names.region,
        workgroup=WORKGROUP,
        database=names.database,
        partition=partition_of(names.region),
        namespace=settings.namespace,
        role_arn=names.role(ROLE),
        owners=settings.owners,
        prefix=PREFIX,
        identity_region=settings.identity_region,
        has_topic=settings.has_topic,
    )


def _logical(request: Request) -> str:
    """Return the id of a resource in the template, such as `DataSetStorePeriod`."""
    kind = request.operation.removeprefix("Create")
    hours = request.parameters.get("Schedule", {}).get("ScheduleId", "")
    return _words(f"{kind}-{request.name}-{hours}", first=kind)


def _words(text: str, first: str = "") -> str:
    rest = text.removeprefix(first)
    return first + "".join(word.capitalize() for word in rest.replace("-", " ").split())
