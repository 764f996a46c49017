"""What tests of media share: stored assets, and the real HTTP stack around the application."""

import asyncio
import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings

from studio.accounts.models import Team, User
from studio.asgi import application
from studio.media import storage
from studio.media.models import Asset, AssetStatus, Kind


@pytest.fixture
def stored(team: Team, owner: User, tmp_path: Path) -> Callable[..., Asset]:
    """Makes an asset of any bytes, stored and ready, without looking at them."""

    def make(content: bytes = b"0123456789" * 100, **fields: Any) -> Asset:
        fields = {"kind": Kind.SOURCE, "mime": "video/mp4", "title": "Harbour", "team": team, "owner": owner, **fields}
        asset = Asset(status=AssetStatus.READY, size=len(content), sha256=hashlib.sha256(content).hexdigest(), **fields)
        path = tmp_path / str(asset.id)
        path.write_bytes(content)
        asset.file = storage.new_key(asset.team_id, asset.id, asset.kind)
        storage.put(path, asset.file)
        asset.save(force_insert=True)
        return asset

    return make


@pytest.fixture
def server(transactional_db: None) -> Iterator[str]:
    """The application behind uvicorn on a free port: its address."""
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="warning", lifespan="on")
    uvicorn_server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(uvicorn_server.serve()), daemon=True)
    thread.start()
    while not uvicorn_server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        threading.Event().wait(0.01)
    port = uvicorn_server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    uvicorn_server.should_exit = True
    thread.join(10)


@pytest.fixture(autouse=True)
def room_on_the_disk(settings: Any) -> None:
    settings.MIN_FREE_BYTES = 0


@pytest.fixture
def incoming() -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR)
