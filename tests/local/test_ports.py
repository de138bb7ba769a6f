"""Free ports, and ports that a person pinned."""

import socket
from collections.abc import Iterator

import pytest

from local.errors import StackError
from local.ports import HOST, free_ports, require_free
from local.stack import Ports


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which something listens."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        port: int = listener.getsockname()[1]
        yield port


def test_free_ports_are_distinct_and_can_be_listened_on() -> None:
    """Each of the ports is another one, and nothing listens there."""
    ports = free_ports(20)
    assert len(set(ports)) == 20
    for port in ports:
        require_free(port, flag="--some-port")


def test_a_taken_port_is_refused_with_its_flag_and_the_cure(taken_port: int) -> None:
    """The message names what was asked for and what to do."""
    with pytest.raises(StackError, match=rf"port {taken_port} .* --dynamodb-port .* another port"):
        Ports(dynamodb=taken_port).require_free()


def test_pinned_ports_stay_and_the_rest_are_filled() -> None:
    """Only the ports that nobody pinned are chosen."""
    filled = Ports(kinesis=4568).filled()
    assert filled["kinesis"] == 4568
    assert len(set(filled.values())) == 6


def test_pinned_ports_survive_the_way_through_the_command_line() -> None:
    """The background process gets the same ports."""
    assert Ports(flink_rest=8081, moto=5000).as_flags() == ["--moto-port=5000", "--flink-rest-port=8081"]
