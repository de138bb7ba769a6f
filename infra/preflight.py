"""What can be known before anything is created: account, region, sender, sizes, properties. All at once, with cures."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from flink_jobs.package import JAR, MAX_ZIP_BYTES
from flink_jobs.settings import SettingsError as PropertiesError
from flink_jobs.settings import settings_of as properties_of
from infra.properties import property_groups
from infra.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sts import STSClient

SERVICES = {
    "kinesis": "the event stream",
    "kinesisanalyticsv2": "the streaming application",
    "athena": "questions",
    "glue": "the catalog",
    "dynamodb": "live tables",
    "lambda": "notifier and others",
    "ecs": "the night",
    "codebuild": "the batch image",
    "scheduler": "what runs by the clock",
    "sesv2": "e-mail",
    "iot": "devices",
}
_COMPONENT_SERVICES = {"greengrassv2": "the edge's component"}
_TEXT_SERVICES = {"pinpoint-sms-voice-v2": "text messages"}
_DASHBOARD_SERVICES = {"quicksight": "dashboards"}
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION_MIN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """What the checks ask, of the account that the credentials are for."""

    sts: STSClient
    ses: SESV2Client
    ssm: Any
    sms: Any
    quicksight: Any
    regions_of: Callable[[str], Iterable[str]]


def problems(settings: Settings, clients: Clients, others: Iterable[Settings] = ()) -> list[str]:
    """Return every reason why a deployment would fail, or go to the wrong place; none when all is well.

    Args:
        settings: the stage that is to be deployed.
        clients: of AWS.
        others: the other stages, which must not be in the same place.
    """
    found = [*_package(settings), *_properties(settings), *_same_place(settings, others), *_region(settings, clients)]
    account = list(_account(settings, clients))
    if account:
        # Of another account, or of none, the answers would only mislead.
        return [*account, *found]
    return [
        *found,
        *_asked("bootstrap", _bootstrap(settings, clients)),
        *_asked("alerts.sender", _sender(settings, clients)),
        *_asked("alerts.sms_pool", _texts(settings, clients)),
        *_asked("dashboards.is_on", _quick_sight(settings, clients)),
    ]


def _asked(place: str, found: Iterator[str]) -> Iterator[str]:
    """Give what was found; that a service gives no answer is a finding as well."""
    try:
        yield from found
    except ClientError as error:
        yield f"{place}: expected an answer, came {_code(error)}; let who deploys ask for it, or look by hand"
    except BotoCoreError as error:
        yield f"{place}: expected an answer, came: {error}; look at the network and the region"


def _package(settings: Settings) -> Iterator[str]:
    archive = settings.package
    if not archive.exists():
        yield f"flink.package: expected the application in {archive}, came no such file; run make package"
        return
    if (size := archive.stat().st_size) > MAX_ZIP_BYTES:
        yield f"flink.package: expected at most {MAX_ZIP_BYTES} bytes, came {size}; take libraries out of the package"
    if not zipfile.is_zipfile(archive):
        yield f"flink.package: expected a zip, came another file in {archive}; run make package"
        return
    with zipfile.ZipFile(archive) as zipped:
        names = set(zipped.namelist())
    for needed in ("main.py", JAR.as_posix()):
        if needed not in names:
            yield f"flink.package: expected {needed} in the zip, came none; run make package"


def _properties(settings: Settings) -> Iterator[str]:
    try:
        properties_of(property_groups(settings))
    except PropertiesError as error:
        yield f"metrics: {error}"


def _same_place(settings: Settings, others: Iterable[Settings]) -> Iterator[str]:
    for other in others:
        is_same = (other.account, other.region) == (settings.account, settings.region)
        if other.stage != settings.stage and is_same:
            yield (
                f"account and region: expected a place of its own, came that of the stage {other.stage}; "
                "tables and streams would be shared: give one of them another account or region"
            )


def _region(settings: Settings, clients: Clients) -> Iterator[str]:
    for service, what in _services(settings).items():
        known = list(clients.regions_of(service))
        if known and settings.region not in known:
            yield (
                f"region: expected one with {service} ({what}), came {settings.region}, which has none; "
                f"choose another, such as {known[0]}, or turn that part off"
            )


def _services(settings: Settings) -> Mapping[str, str]:
    return {
        **SERVICES,
        **(_COMPONENT_SERVICES if settings.fleet.has_component else {}),
        **(_TEXT_SERVICES if settings.alerts.sms_by == "end_user_messaging" else {}),
        **(_DASHBOARD_SERVICES if settings.dashboards.is_on else {}),
    }


def _account(settings: Settings, clients: Clients) -> Iterator[str]:
    try:
        came = clients.sts.get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        yield f"credentials: expected some for the account {settings.account}, came: {error}; log in first"
        return
    if came != settings.account:
        yield f"account: expected {settings.account}, came credentials for {came}; log in to the stage's own account"


def _bootstrap(settings: Settings, clients: Clients) -> Iterator[str]:
    place = f"aws://{settings.account}/{settings.region}"
    try:
        version = int(clients.ssm.get_parameter(Name=BOOTSTRAP_PARAMETER)["Parameter"]["Value"])
    except ClientError as error:
        yield f"bootstrap: expected CDK's own bucket and roles, came {_code(error)}; run cdk bootstrap {place}"
        return
    if version < BOOTSTRAP_VERSION_MIN:
        yield f"bootstrap: expected version {BOOTSTRAP_VERSION_MIN} or later, came {version}; run cdk bootstrap {place}"


def _sender(settings: Settings, clients: Clients) -> Iterator[str]:
    sender = settings.alerts.sender
    if not sender:
        return
    if not settings.alerts.makes_identity and not _is_verified(clients.ses, sender):
        yield (
            f"alerts.sender: expected {sender} or its domain to be verified in SES, came none that is; "
            "verify it, or set alerts.makes_identity and put the DNS records in place"
        )
    if not clients.ses.get_account().get("ProductionAccessEnabled"):
        yield (
            "alerts.sender: expected SES out of its sandbox, came an account that writes to verified addresses only; "
            "ask AWS for production access (SES, Account dashboard)"
        )


def _is_verified(client: SESV2Client, sender: str) -> bool:
    for identity in (sender, sender.partition("@")[2]):
        try:
            if client.get_email_identity(EmailIdentity=identity).get("VerifiedForSendingStatus"):
                return True
        except client.exceptions.NotFoundException:
            continue
    return False


def _texts(settings: Settings, clients: Clients) -> Iterator[str]:
    pool = settings.alerts.sms_pool
    if settings.alerts.sms_by != "end_user_messaging" or not pool.startswith("pool-"):
        return
    try:
        clients.sms.describe_pools(PoolIds=[pool])
    except ClientError as error:
        yield (
            f"alerts.sms_pool: expected {pool} in End User Messaging, came {_code(error)}; "
            "make a pool with a number in it, or set sms_by to none"
        )


def _quick_sight(settings: Settings, clients: Clients) -> Iterator[str]:
    if not settings.dashboards.is_on:
        return
    try:
        clients.quicksight.describe_account_subscription(AwsAccountId=settings.account)
    except ClientError as error:
        yield (
            f"dashboards.is_on: expected an account that is subscribed to Quick Sight, came {_code(error)}; "
            "subscribe in the console (Enterprise), or set is_on to false"
        )


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
