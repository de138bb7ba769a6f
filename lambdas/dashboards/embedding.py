"""The URL by which a person's browser shows a dashboard inside of ours, with that person's rows only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from lambdas.dashboards.errors import DashboardError, NoScopeError, UnknownDashboardError, classed
from lambdas.dashboards.members import Members, Reader
from lambdas.dashboards.opening import Opening
from lambdas.dashboards.settings import Settings
from lambdas.dashboards.viewer import Viewer

if TYPE_CHECKING:
    from mypy_boto3_quicksight import QuickSightClient
    from mypy_boto3_quicksight.type_defs import RegisteredUserDashboardFeatureConfigurationsTypeDef

URL_LIFETIME = dt.timedelta(minutes=5)
"""Quick Sight's own: a URL opens once, within five minutes."""
FEATURES: RegisteredUserDashboardFeatureConfigurationsTypeDef = {
    "StatePersistence": {"Enabled": True},
    "Bookmarks": {"Enabled": True},
    # What leaves the page, or is for others, stays off: shared views, schedules and alerts outlive the person's rights.
    "SharedView": {"Enabled": False},
    "Schedules": {"Enabled": False},
    "RecentSnapshots": {"Enabled": False},
    "ThresholdAlerts": {"Enabled": False},
    "DashboardCustomizationSummary": {"Enabled": False},
    "AmazonQInQuickSight": {"ExecutiveSummary": {"Enabled": False}},
}
_NOTHING = Opening()


@dataclass(frozen=True, slots=True)
class EmbedUrl:
    """A URL that opens once, and until when (UTC). Who has it is the person: it belongs into no log."""

    url: str = field(repr=False)
    expires_at: dt.datetime


class Embedding:
    """Gives URLs to people who may see something, after Quick Sight knows exactly what.

    `identities` is a client of Quick Sight's home region, where users and groups are; `embeds` one of the region with
    the dashboards.
    """

    def __init__(
        self,
        *,
        identities: QuickSightClient,
        embeds: QuickSightClient,
        settings: Settings,
        logger: Logger,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._members = Members(
            identities,
            account_id=settings.account_id,
            namespace=settings.namespace,
            role_arn=settings.role_arn,
            viewers_group=settings.viewers_group,
        )
        self._embeds = embeds
        self._settings = settings
        self._logger = logger
        self._clock = clock

    def embed_url(self, viewer: Viewer, dashboard: str, opening: Opening = _NOTHING) -> EmbedUrl:
        """Return the URL of a dashboard for one person; one line of the log tells who opened what.

        Rows are chosen by groups, so these are set before: a URL is given only after every one of them is right.

        Raises:
            NoScopeError: the person may see nothing; groups of former rights were left.
            UnknownDashboardError: there is no such dashboard.
            OutOfScopeError: it is to begin with what the person may not see.
            DashboardError: Quick Sight refused or is busy.
        """
        try:
            url = self._url(viewer, dashboard, opening)
        except DashboardError as refused:
            self._audit("dashboard refused", viewer, dashboard, reason=type(refused).__name__)
            raise
        self._audit("dashboard opened", viewer, dashboard, opening=dict(opening.given()))
        return url

    def _url(self, viewer: Viewer, dashboard: str, opening: Opening) -> EmbedUrl:
        if not viewer.scopes:
            self._shut_out(viewer)
            raise NoScopeError(
                "rights: expected a store, a region or the chain, came none; ask an administrator for a role and its "
                "store or region, then sign in again"
            )
        dashboard_id = self._dashboard_id(dashboard)
        opening.check(viewer)
        reader = self._members.reader(viewer)
        self._members.keep_to(reader, viewer)
        return self._generated(reader, dashboard_id, opening)

    def _shut_out(self, viewer: Viewer) -> None:
        reader = self._members.known(viewer)
        if reader is not None:
            self._members.keep_to(reader, viewer)

    def _dashboard_id(self, name: str) -> str:
        known = self._settings.dashboards
        if name not in known:
            near = get_close_matches(name, known, n=1)
            cure = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise UnknownDashboardError(f"dashboard: expected a known name, came {name[:80]!r}; {cure}")
        return known[name]

    def _generated(self, reader: Reader, dashboard_id: str, opening: Opening) -> EmbedUrl:
        expires_at = self._clock() + URL_LIFETIME
        with classed("open a dashboard"):
            answer = self._embeds.generate_embed_url_for_registered_user(
                AwsAccountId=self._settings.account_id,
                SessionLifetimeInMinutes=self._settings.session_minutes,
                UserArn=reader.arn,
                ExperienceConfiguration={
                    "Dashboard": {"InitialDashboardId": dashboard_id, "FeatureConfigurations": FEATURES}
                },
                AllowedDomains=list(self._settings.domains),
            )
        fragment = opening.fragment()
        return EmbedUrl(url=answer["EmbedUrl"] + (f"#{fragment}" if fragment else ""), expires_at=expires_at)

    def _audit(self, what: str, viewer: Viewer, dashboard: str, **more: Any) -> None:
        self._logger.info(
            what,
            extra={
                "audit": True,
                "subject": viewer.subject,
                "roles": list(viewer.roles),
                "scopes": viewer.named(),
                "dashboard": dashboard[:80],
                "session_minutes": self._settings.session_minutes,
                **more,
            },
        )
