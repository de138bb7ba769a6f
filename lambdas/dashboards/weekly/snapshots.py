"""A report as a job of Quick Sight: started once, looked at, and its files, of one scope only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from lambdas.dashboards.errors import classed, code_of
from lambdas.dashboards.opening import PARAMETERS
from lambdas.dashboards.weekly.reports import Report
from lambdas.dashboards.weekly.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_quicksight import QuickSightClient
    from mypy_boto3_quicksight.type_defs import (
        S3BucketConfigurationTypeDef,
        SnapshotConfigurationTypeDef,
        SnapshotFileGroupTypeDef,
        SnapshotFileSheetSelectionTypeDef,
        StartDashboardSnapshotJobRequestTypeDef,
    )

State = Literal["unknown", "making", "made", "failed"]
_STATES: dict[str, State] = {"QUEUED": "making", "RUNNING": "making", "COMPLETED": "made", "FAILED": "failed"}


class StrangeFileError(RuntimeError):
    """A file lies where this report's are not: it may hold another's rows, and is mailed to nobody."""


@dataclass(frozen=True, slots=True)
class Files:
    """What a finished job says: keys of its PDFs in the bucket, and what went wrong."""

    keys: tuple[str, ...]
    faults: tuple[str, ...]


class Snapshots:
    """Jobs of the dashboard `weekly`."""

    def __init__(self, client: QuickSightClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    def state(self, report: Report) -> State:
        """Return how far a report's job is; raises `DashboardError` when Quick Sight refuses or is busy."""
        with classed("look at a snapshot"):
            try:
                answer = self._client.describe_dashboard_snapshot_job(**self._named(report))
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    return "unknown"
                raise
        return _STATES[answer["JobStatus"]]

    def start(self, report: Report) -> bool:
        """Start a report's job; False while as many run as may. One that was started already is left to run.

        Raises:
            DashboardError: Quick Sight refuses or is busy.
        """
        with classed("start a snapshot"):
            try:
                self._client.start_dashboard_snapshot_job(**start_request(report, self._settings))
            except ClientError as error:
                if code_of(error) not in ("LimitExceededException", "ResourceExistsException"):
                    raise
                return code_of(error) == "ResourceExistsException"
        return True

    def files(self, report: Report) -> Files:
        """Return the files of a finished job.

        Raises:
            StrangeFileError: a file is not among those of this report.
            DashboardError: Quick Sight refuses or is busy.
        """
        with classed("ask for a snapshot's files"):
            answer = self._client.describe_dashboard_snapshot_job_result(**self._named(report))
        results = [
            result
            for user in answer.get("Result", {}).get("AnonymousUsers", [])
            for group in user.get("FileGroups", [])
            for result in group.get("S3Results", [])
        ]
        told = [answer.get("ErrorInfo", {}), *(info for result in results for info in result.get("ErrorInfo", []))]
        return Files(
            keys=tuple(self._key(report, result["S3Uri"]) for result in results if result.get("S3Uri")),
            faults=tuple(str(info["ErrorType"]) for info in told if info.get("ErrorType")),
        )

    def _named(self, report: Report) -> dict[str, Any]:
        return {
            "AwsAccountId": self._settings.account_id,
            "DashboardId": self._settings.dashboard_id,
            "SnapshotJobId": report.job_id,
        }

    def _key(self, report: Report, uri: str) -> str:
        bucket, key = _place(uri)
        folder = folder_of(report, self._settings)
        if bucket != self._settings.bucket or not key.startswith(f"{folder}/") or ".." in key:
            raise StrangeFileError(
                f"{report.job_id}: expected files in {folder} of {self._settings.bucket}, came one elsewhere; "
                "mail nothing, and look at the job"
            )
        return key


def folder_of(report: Report, settings: Settings) -> str:
    """Return the folder of a report's files: nothing else is ever put there."""
    return f"{settings.folder}/{report.job_id}"


def start_request(report: Report, settings: Settings) -> StartDashboardSnapshotJobRequestTypeDef:
    """Return the request for the PDFs of one scope.

    The tag alone decides about rows: one scope, one tag, never a list. Parameters set the controls to match.
    """
    key, value = report.scope.tag
    return {
        "AwsAccountId": settings.account_id,
        "DashboardId": settings.dashboard_id,
        "SnapshotJobId": report.job_id,
        "UserConfiguration": {"AnonymousUsers": [{"RowLevelPermissionTags": [{"Key": key, "Value": value}]}]},
        "SnapshotConfiguration": _configuration(report, settings),
    }


def _configuration(report: Report, settings: Settings) -> SnapshotConfigurationTypeDef:
    place: S3BucketConfigurationTypeDef = {
        "BucketName": settings.bucket,
        "BucketPrefix": folder_of(report, settings),
        "BucketRegion": settings.bucket_region,
    }
    controls = _controls(report)
    return {
        "FileGroups": [_pdf_of(sheet) for sheet in settings.sheet_ids],
        "DestinationConfiguration": {"S3Destinations": [{"BucketConfiguration": place}]},
        "Parameters": {"StringParameters": [{"Name": name, "Values": [controls[name]]} for name in controls]},
    }


def _pdf_of(sheet_id: str) -> SnapshotFileGroupTypeDef:
    """Return the request for one sheet: Quick Sight takes a single one for a PDF."""
    selection: SnapshotFileSheetSelectionTypeDef = {"SheetId": sheet_id, "SelectionScope": "ALL_VISUALS"}
    return {"Files": [{"SheetSelections": [selection], "FormatType": "PDF"}]}


def _controls(report: Report) -> dict[str, str]:
    controls = {PARAMETERS["period_kind"]: "iso_week", PARAMETERS["period"]: report.week}
    if report.scope.kind != "chain":
        controls[PARAMETERS[report.scope.kind]] = report.scope.name
    return controls


def _place(uri: str) -> tuple[str, str]:
    """Return bucket and key of an address, which Quick Sight gives as `s3://` or as `https://` with a signature."""
    parts = urlsplit(uri)
    if parts.scheme == "s3":
        return parts.netloc, parts.path.lstrip("/")
    host = parts.hostname or ""
    bucket, _, service = host.partition(".s3.")
    if service:
        return bucket, unquote(parts.path).lstrip("/")
    bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
    return bucket, key
