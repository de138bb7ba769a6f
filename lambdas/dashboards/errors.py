"""Why somebody gets no dashboard: each error says what was expected, what came and the cure, and its HTTP status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

_BUSY = frozenset(
    {
        "InternalFailureException",
        "LimitExceededException",
        "ResourceUnavailableException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_CURES = {
    "AccessDeniedException": "allow the function's role what docs/dashboards-access.md lists",
    "PreconditionNotMetException": "finish Quick Sight's own sign-up, and call it in its home region",
    "QuickSightUserNotFoundException": "ask again: the user was deleted meanwhile",
    "ResourceNotFoundException": "deploy the dashboards, and compare account, namespace and region with the settings",
    "SessionLifetimeInMinutesInvalidException": "set SESSION_MINUTES to 15 to 600",
    "UnsupportedPricingPlanException": "buy what docs/dashboards-access.md lists under prices, or leave this out",
    "UnsupportedUserEditionException": "upgrade Quick Sight to the Enterprise edition",
}


class DashboardError(RuntimeError):
    """A person gets no dashboard; the text is for that person or the operator, and holds no address and no URL."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class ClaimsError(DashboardError):
    """The claims of the token are not what they should be."""

    status = HTTPStatus.FORBIDDEN


class NoScopeError(DashboardError):
    """The person may see no store, no region and not the chain."""

    status = HTTPStatus.FORBIDDEN


class NotReaderError(DashboardError):
    """The person's user in Quick Sight may do more than read, so that rules by rows need not hold."""

    status = HTTPStatus.FORBIDDEN


class OutOfScopeError(DashboardError):
    """The dashboard is asked to begin with what the person may not see."""

    status = HTTPStatus.FORBIDDEN


class OpeningError(DashboardError):
    """The dashboard is asked to begin with what no dashboard knows."""

    status = HTTPStatus.BAD_REQUEST


class UnknownDashboardError(DashboardError):
    """There is no such dashboard."""

    status = HTTPStatus.NOT_FOUND


class ScopeNameError(DashboardError):
    """A store or region has a name by which Quick Sight cannot tell who may see it."""


class BusyError(DashboardError):
    """Quick Sight is busy; the same may work in a while."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class QuickSightError(DashboardError):
    """Quick Sight refused; somebody has to set something up."""


def code_of(error: ClientError) -> str:
    """Return the code by which AWS names an error."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


@contextmanager
def classed(doing: str) -> Iterator[None]:
    """Turn botocore's errors within the block into ours; what the service says stays in the cause, not in the text."""
    try:
        yield
    except ClientError as error:
        raise _of_answer(doing, error) from error
    except ParamValidationError as error:
        raise QuickSightError(f"{doing}: expected a valid request, came one that is not; see the cause") from error
    except BotoCoreError as error:
        raise BusyError(f"{doing}: expected an answer, came {type(error).__name__}; ask again in a minute") from error


def _of_answer(doing: str, error: ClientError) -> DashboardError:
    code, status = code_of(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return BusyError(f"{doing}: expected an answer of Quick Sight, came {code}; ask again in a minute")
    cure = _CURES.get(code, "see the cause in the log")
    return QuickSightError(f"{doing}: expected Quick Sight to do it, came {code}; {cure}")
