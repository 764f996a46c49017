"""Receiving one file: straight to disk on the storage's own file system, hashed on the way."""

import errno
import hashlib
import shutil
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

from studio.media.disk import DiskFull, ensure_room
from studio.media.storage import incoming_folder


@dataclass(frozen=True)
class IncomingFile:
    """A received file, alone in a folder of its own. `name` is what the person's machine called it."""

    path: Path
    name: str
    sha256: str


class StraightToDisk(FileUploadHandler):
    """Takes the first file of a request and refuses more bytes than settings.UPLOAD_MAX_BYTES.

    The file is in `received`, not in request.FILES. Call `discard()` when the request is over: what was not stored by
    then goes away.
    """

    chunk_size = 1024 * 1024

    def __init__(self) -> None:
        super().__init__()
        self.folder: Path | None = None
        self.received: IncomingFile | None = None
        self.too_large = False
        self._file: BufferedWriter | None = None
        self._hash = hashlib.sha256()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.folder:
            raise SkipFile
        ensure_room()
        self.folder = incoming_folder()
        self._file = (self.folder / "upload").open("wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            self.too_large = True
            raise StopUpload(connection_reset=False)
        if self._file is None:
            return
        try:
            self._file.write(raw_data)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(str(error)) from error
            raise
        self._hash.update(raw_data)

    def file_complete(self, file_size: int) -> None:
        if self._file is not None and self.folder is not None:
            self._file.close()
            self.received = IncomingFile(self.folder / "upload", self.file_name or "", self._hash.hexdigest())

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
