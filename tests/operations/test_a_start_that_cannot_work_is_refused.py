import socket
from pathlib import Path

import pytest

from studio.operations.starting import CannotStart, listen, lock_data_folder


def test_a_taken_port_names_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} is taken.*PORT={port + 1} make run"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0)


def test_two_studios_do_not_share_a_folder(tmp_path: Path) -> None:
    with lock_data_folder(tmp_path), pytest.raises(CannotStart, match="already runs"):
        lock_data_folder(tmp_path)


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    lock_data_folder(tmp_path).close()
    lock_data_folder(tmp_path).close()
