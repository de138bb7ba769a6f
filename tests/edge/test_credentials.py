"""Credentials by a device certificate, against an HTTPS server that asks for one, as the AWS IoT provider does."""

from __future__ import annotations

import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import CredentialRetrievalError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.credentials import METHOD, IotCredentialSettings, iot_credential_settings, iot_session
from edge.errors import ConfigurationError
from edge.toml_file import Problems, Table

LIFETIME = timedelta(hours=1)


class Authority:
    """Signs certificates, and writes them and their keys as PEM."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = folder / f"{name}.pem"
        self._write(self.certificate, self._signed(self._name, self._key, is_authority=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Return the files of a new certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, key_file = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._write(certificate, self._signed(subject, key, is_authority=False))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, key_file

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        local = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(local, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    @staticmethod
    def _write(path: Path, certificate: x509.Certificate) -> None:
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


class Provider:
    """What the endpoint answers, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.status = 200
        self.lifetime = LIFETIME
        self.asked: list[tuple[str, str | None]] = []

    def answer(self) -> bytes:
        """Return an answer as the AWS IoT developer guide shows it; the keys tell which one it is."""
        if self.status != 200:
            return b'{"message":"Access Denied"}'
        number = len(self.asked)
        expiration = (datetime.now(UTC) + self.lifetime).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = {
            "accessKeyId": f"AK{number}",
            "secretAccessKey": f"SK{number}",
            "sessionToken": f"T{number}",
            "expiration": expiration,
        }
        return json.dumps({"credentials": found}).encode()


class QuietServer(ThreadingHTTPServer):
    """Prints no trace of connections that fail, which is what some tests are about."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Tell nothing."""


@contextmanager
def _serving(authority: Authority) -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serving.asked.append((self.path, self.headers["x-amzn-iot-thingname"]))
            content = serving.answer()
            self.send_response(serving.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Tell nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("server"))
    context.load_verify_locations(authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    server = QuietServer(("127.0.0.1", 0), Handler)
    # The handshake is made by the connection's own thread: one that fails holds up nobody.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    serving = Provider(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Return whom both ends trust."""
    return Authority(tmp_path, "authority")


@pytest.fixture
def provider(authority: Authority) -> Iterator[Provider]:
    """Return a running endpoint."""
    with _serving(authority) as found:
        yield found


@pytest.fixture
def settings(authority: Authority, provider: Provider) -> IotCredentialSettings:
    """Return the settings of a box that the endpoint knows."""
    certificate, key = authority.issue("box-1")
    return IotCredentialSettings(
        endpoint=f"127.0.0.1:{provider.port}",
        role_alias="edge-events",
        thing_name="box-1",
        certificate=certificate,
        private_key=key,
        authorities=authority.certificate,
    )


def _credentials(settings: IotCredentialSettings) -> Credentials:
    found = iot_session(settings).get_credentials()
    assert found is not None
    return found


def test_a_certificate_is_exchanged_for_credentials(
    settings: IotCredentialSettings, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request, by the documented path and header, at the first use; they serve a boto3 client."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the environment")
    session = boto3.Session(botocore_session=iot_session(settings), region_name="eu-central-1")
    client = session.client("kinesis")
    assert provider.asked == []
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.method == METHOD
    frozen = credentials.get_frozen_credentials()
    assert (frozen.access_key, frozen.secret_key, frozen.token) == ("AK1", "SK1", "T1")
    url = client.generate_presigned_url("list_streams")
    assert "AK1" in url
    assert provider.asked == [("/role-aliases/edge-events/credentials", "box-1")]


def test_credentials_are_fetched_anew_before_they_end(settings: IotCredentialSettings, provider: Provider) -> None:
    """Those with less than 15 minutes to live are replaced; those with more are kept."""
    provider.lifetime = timedelta(minutes=5)
    credentials = _credentials(settings)
    assert credentials.get_frozen_credentials().access_key == "AK1"
    provider.lifetime = LIFETIME
    assert credentials.get_frozen_credentials().access_key == "AK2"
    assert credentials.get_frozen_credentials().access_key == "AK2"


def test_a_refusal_is_told_and_mends(settings: IotCredentialSettings, provider: Provider) -> None:
    """A role alias without a right, then with it: the next use asks again."""
    provider.status = 403
    credentials = _credentials(settings)
    with pytest.raises(CredentialRetrievalError, match=r"answered 403: .*Access Denied"):
        credentials.get_frozen_credentials()
    provider.status = 200
    assert credentials.get_frozen_credentials().access_key == "AK2"


def test_a_box_with_a_strange_certificate_gets_nothing(
    settings: IotCredentialSettings, provider: Provider, tmp_path: Path
) -> None:
    """The endpoint ends the connection of whom it does not know."""
    (tmp_path / "other").mkdir()
    certificate, key = Authority(tmp_path / "other", "stranger").issue("box-2")
    credentials = _credentials(replace(settings, certificate=certificate, private_key=key))
    with pytest.raises(CredentialRetrievalError):
        credentials.get_frozen_credentials()
    assert provider.asked == []


def test_an_endpoint_that_is_not_trusted_learns_nothing(settings: IotCredentialSettings, provider: Provider) -> None:
    """Without the given authority those of the system decide, and the endpoint is not of theirs."""
    credentials = _credentials(replace(settings, authorities=None))
    with pytest.raises(CredentialRetrievalError, match="CERTIFICATE_VERIFY_FAILED"):
        credentials.get_frozen_credentials()
    assert provider.asked == []


def test_files_that_cannot_be_used_are_told(settings: IotCredentialSettings, tmp_path: Path) -> None:
    """A missing file, and a key of another certificate."""
    with pytest.raises(ConfigurationError, match="private_key"):
        iot_session(replace(settings, private_key=tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="belong together"):
        iot_session(replace(settings, private_key=tmp_path / "server.key"))


def test_the_store_file_names_them(settings: IotCredentialSettings) -> None:
    """An absent table means the standard chain; every problem of a present one is told."""
    problems = Problems()
    assert iot_credential_settings(Table({}, "iot_credentials", problems)) is None
    values = {
        "endpoint": settings.endpoint,
        "role_alias": settings.role_alias,
        "thing_name": settings.thing_name,
        "certificate": str(settings.certificate),
        "private_key": str(settings.private_key),
        "authorities": str(settings.authorities),
    }
    assert iot_credential_settings(Table(values, "iot_credentials", problems)) == settings
    assert not problems.found
    iot_credential_settings(Table({**values, "role_alias": "", "certificate": "none"}, "iot_credentials", problems))
    assert {each.where for each in problems.found} == {"iot_credentials.role_alias", "iot_credentials.certificate"}
