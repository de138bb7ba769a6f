"""Credentials of a box without secrets: its device certificate, exchanged for temporary ones by AWS IoT.

The protocol is that of the AWS IoT Core credential provider: `GET https://<endpoint>/role-aliases/<alias>/credentials`
with mutual TLS and the header `x-amzn-iot-thingname`; the answer holds credentials that last up to 12 hours.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.credentials import CredentialProvider, DeferredRefreshableCredentials
from botocore.exceptions import CredentialRetrievalError
from botocore.session import Session

from edge.errors import ConfigurationError, Problem
from edge.toml_file import Table

METHOD = "aws-iot-certificate"
TIMEOUT_SECONDS = 10.0
LONGEST_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class IotCredentialSettings:
    """Where the credentials come from.

    Attributes:
        endpoint: Host, with a port where it is not 443 (`aws iot describe-endpoint --endpoint-type
            iot:CredentialProvider`).
        role_alias: Role alias of AWS IoT.
        thing_name: Name of the box in AWS IoT.
        certificate: Device certificate, PEM.
        private_key: Its key, PEM.
        authorities: Whom the endpoint's certificate must be from, PEM; None for those of the system.
    """

    endpoint: str
    role_alias: str
    thing_name: str
    certificate: Path
    private_key: Path
    authorities: Path | None = None

    def problems(self) -> list[Problem]:
        """Return what is missing, by its key in a store file."""
        texts = {"endpoint": self.endpoint, "role_alias": self.role_alias, "thing_name": self.thing_name}
        files = {"certificate": self.certificate, "private_key": self.private_key, "authorities": self.authorities}
        return [
            Problem(where=f"iot_credentials.{key}", expected="a name", came=repr(text), cure="Fill it in.")
            for key, text in texts.items()
            if not text or "/" in text
        ] + [
            Problem(where=f"iot_credentials.{key}", expected="a file", came=str(path), cure="Copy it there.")
            for key, path in files.items()
            if path is not None and not path.is_file()
        ]


def iot_credential_settings(table: Table) -> IotCredentialSettings | None:
    """Return the settings of a store file's table `[iot_credentials]`, None where it is absent; note what is wrong."""
    if not table.values:
        return None
    table.only("endpoint", "role_alias", "thing_name", "certificate", "private_key", "authorities")
    authorities = table.get_or("authorities", "")
    settings = IotCredentialSettings(
        endpoint=table.get_or("endpoint", ""),
        role_alias=table.get_or("role_alias", ""),
        thing_name=table.get_or("thing_name", ""),
        certificate=Path(table.get_or("certificate", "")),
        private_key=Path(table.get_or("private_key", "")),
        authorities=Path(authorities) if authorities else None,
    )
    table.problems.add_all(settings.problems())
    return settings


def iot_session(settings: IotCredentialSettings) -> Session:
    """Return a botocore session (for `boto3.Session(botocore_session=…)`) with the credentials of a device certificate.

    They are fetched at the first use and anew 15 minutes before their end, so that a start without a network is none
    the worse; where that fails a call raises `CredentialRetrievalError`.

    Raises:
        ConfigurationError: where a file is missing or is no certificate or key.
    """
    if problems := settings.problems():
        raise ConfigurationError("AWS IoT credentials", problems)
    context = _tls_context(settings)
    session = Session()
    provider = _IotProvider(lambda: _fetched(settings, context))
    session.get_component("credential_provider").insert_before("env", provider)
    return session


class _IotProvider(CredentialProvider):
    METHOD = METHOD

    def __init__(self, fetch: Callable[[], dict[str, str]]) -> None:
        super().__init__()
        self._fetch = fetch

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._fetch, method=METHOD)


def _tls_context(settings: IotCredentialSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.authorities)
        context.load_cert_chain(settings.certificate, settings.private_key)
    except (OSError, ValueError) as error:
        cure = "Copy the three PEM files anew; key and certificate belong together."
        expected = "a certificate, its key and authorities as PEM"
        problem = Problem(where="iot_credentials", expected=expected, came=str(error), cure=cure)
        raise ConfigurationError("AWS IoT credentials", [problem]) from error
    return context


def _fetched(settings: IotCredentialSettings, context: ssl.SSLContext) -> dict[str, str]:
    """Return credentials as botocore takes them; raise `CredentialRetrievalError` where there are none."""
    connection = http.client.HTTPSConnection(settings.endpoint, timeout=TIMEOUT_SECONDS, context=context)
    try:
        path = f"/role-aliases/{settings.role_alias}/credentials"
        connection.request("GET", path, headers={"x-amzn-iot-thingname": settings.thing_name})
        answer = connection.getresponse()
        content = answer.read(LONGEST_ANSWER_BYTES)
        if answer.status != http.client.OK:
            raise _failed(f"{settings.endpoint} answered {answer.status}: {content[:200].decode(errors='replace')}")
        return _read(json.loads(content)["credentials"])
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as error:
        raise _failed(f"{settings.endpoint}: {error!r}") from error
    finally:
        connection.close()


def _read(found: Any) -> dict[str, str]:
    return {
        "access_key": found["accessKeyId"],
        "secret_key": found["secretAccessKey"],
        "token": found["sessionToken"],
        "expiry_time": found["expiration"],
    }


def _failed(why: str) -> CredentialRetrievalError:
    return CredentialRetrievalError(provider=METHOD, error_msg=why)
