"""Which errors of AWS are worth another try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from lambdas.notifier.channels.base import DeliveryError, PermanentError, RetryError

_SERVER_ERROR = 500
_THROTTLES = frozenset(
    {
        "ExpiredTokenException",
        "InternalServerException",
        "LimitExceededException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


@contextmanager
def classed() -> Iterator[None]:
    """Turn botocore's errors within the block into ours."""
    try:
        yield
    except ClientError as error:
        raise _of_answer(error) from error
    except ParamValidationError as error:
        raise PermanentError("the request is not valid") from error
    except BotoCoreError as error:
        raise RetryError(type(error).__name__) from error


def _of_answer(error: ClientError) -> DeliveryError:
    code = error.response.get("Error", {}).get("Code", "unknown")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    is_passing = code in _THROTTLES or status >= _SERVER_ERROR
    return RetryError(code) if is_passing else PermanentError(code)
