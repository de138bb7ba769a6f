"""Where pictures come from: `rtsp://…`, `http://…`, `/dev/video0`, a file. Passwords are never written down or shown.

A store file names them by environment variables, `rtsp://${CAMERA_USER}:${CAMERA_PASSWORD}@10.0.0.7/live`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from edge.errors import ConfigurationError, Problem

NETWORK = ("rtsp", "rtsps", "http", "https")
USB_PREFIX = "/dev/video"
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def is_live(address: str) -> bool:
    """Whether an address is that of a camera and not of a file."""
    return urlsplit(address).scheme in NETWORK or address.startswith(USB_PREFIX)


def without_password(address: str) -> str:
    """Return the address without user and password, as it may be shown."""
    parts = urlsplit(address)
    if not parts.scheme or "@" not in parts.netloc:
        return address
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def with_variables(address: str, prefix: str) -> str:
    """Return the address with variables named `<prefix>_USER` and `<prefix>_PASSWORD` where it has user or password."""
    parts = urlsplit(address)
    if not parts.scheme or "@" not in parts.netloc:
        return address
    login, _, host = parts.netloc.rpartition("@")
    names = [f"${{{prefix}_USER}}", f"${{{prefix}_PASSWORD}}"][: 1 + (":" in login)]
    return parts._replace(netloc=f"{':'.join(names)}@{host}").geturl()


def with_values(address: str, environment: Mapping[str, str]) -> str:
    """Return the address with the values of its variables, quoted as a URL needs it.

    Raises:
        ConfigurationError: where a variable is not set.
    """
    unset = [name for name in _VARIABLE.findall(address) if name not in environment]
    if unset:
        cure = "Set them where the edge is started, such as in the unit's EnvironmentFile."
        problem = Problem(where=without_password(address), expected=", ".join(unset), came="not set", cure=cure)
        raise ConfigurationError("addresses of cameras", [problem])
    return _VARIABLE.sub(lambda match: quote(environment[match[1]], safe=""), address)
