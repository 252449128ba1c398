"""Audio in MinIO, or any S3 that honours ``If-None-Match: *`` on PUT.

Two addresses: the internal endpoint carries the bytes, the public one is what playback URLs are signed for
(SigV4 signs the host, so a URL cannot be rewritten afterwards).
"""

import asyncio
import contextlib
import datetime as dt
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import obstore
import structlog
from minio import Minio
from minio.error import MinioException
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from pitchscoop.adapters.obstore_streams import steadily
from pitchscoop.kernel.errors import NoRoom, NotFound, Unavailable
from pitchscoop.recordings.ports import StoredObject

_PART = 5 << 20  # bytes; S3 takes no smaller ones, and at most 10 000, which pass our largest upload
_PARTS_AT_ONCE = 2  # bounds what one stream holds in memory to three parts: two under way, one that fills
_WHOLE = _PART * _PARTS_AT_ONCE  # bytes; a stream known to be shorter goes in one request, which takes 50 ms less
_PIECE = 1 << 20  # bytes; what readers are handed
_READ = "12h"  # a whole answer, which a slow reader may take its time over; silence ends it sooner
_SILENT = "7s"  # without an answer the connection is dead, or storage is; proxies in front of us give up after 10 s
_SENDING = "60s"  # the same where much is sent first, perhaps over a thin line
_SMALL = 1 << 20  # bytes; more is much
_FULL = ("XMinioStorageFull", "QuotaExceeded", "507 Insufficient Storage")

log = structlog.get_logger(__name__)


class MinIOAudioStorage:
    """Fits ``recordings.ports.AudioStorage``."""

    def __init__(
        self,
        endpoint: str,
        access_key: str,
        secret_key: str,
        *,
        bucket: str,
        region: str,
        secure: bool,
        public_url: str | None,
    ) -> None:
        address = f"{'https' if secure else 'http'}://{endpoint}"
        self._bucket = bucket

        def store(silent: str) -> S3Store:
            return S3Store(
                bucket,
                endpoint=address,
                access_key_id=access_key,
                secret_access_key=secret_key,
                region=region,
                virtual_hosted_style_request=False,
                client_options={"allow_http": True, "connect_timeout": "3s", "read_timeout": silent, "timeout": _READ},
                retry_config={"max_retries": 2, "retry_timeout": dt.timedelta(seconds=5)},
            )

        def stores() -> tuple[S3Store, S3Store]:
            return store(_SILENT), store(_SENDING)

        self._new_stores = stores
        self._store, self._slow = stores()
        patience = PoolManager(timeout=Timeout(connect=3, read=5), retries=Retry(total=0))
        self._admin = Minio(endpoint, access_key, secret_key, secure=secure, region=region, http_client=patience)
        public = urlsplit(public_url or address)
        self._signer = Minio(public.netloc, access_key, secret_key, secure=public.scheme == "https", region=region)

    async def create_audio(self, key: str, data: bytes) -> bool:
        """See ``AudioStorage.create_audio``: one conditional PUT, decided by the server."""
        try:
            with self._translated():
                await obstore.put_async(self._for(data), key, data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        return True

    def _for(self, data: bytes) -> S3Store:
        return self._store if len(data) <= _SMALL else self._slow

    async def upload_audio(
        self, key: str, source: bytes | Path | AsyncIterator[bytes], content_type: str, length: int | None = None
    ) -> int:
        """See ``AudioStorage.upload_audio``."""
        if isinstance(source, Path):
            length = (await asyncio.to_thread(source.stat)).st_size
        if not isinstance(source, bytes) and length is not None and length <= _WHOLE:
            source = b"".join([piece async for piece in _pieces(source)])
        size = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            async for piece in _pieces(source):
                size += len(piece)
                yield piece

        with self._translated():
            attributes = {"Content-Type": content_type}
            if isinstance(source, bytes):
                await obstore.put_async(self._for(source), key, source, attributes=attributes)
                return len(source)
            await obstore.put_async(
                self._slow, key, counted(), attributes=attributes, chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE
            )
        return size

    async def read_audio(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See ``AudioStorage.read_audio``."""
        if end is not None and end <= start:  # S3 has no empty range
            if await self.size(key) is None:
                raise _not_found()
            return
        with self._translated():
            options = {"range": {"offset": start} if end is None else (start, end)} if start or end is not None else {}
            try:
                answer = await obstore.get_async(self._store, key, options=options)  # type: ignore[arg-type]
            except BaseError as error:
                if "InvalidRange" in str(error):  # it begins behind the last byte
                    return
                raise
            async for piece in steadily(answer.stream(min_chunk_size=_PIECE)):
                whole = memoryview(piece)
                for at in range(0, len(whole), _PIECE):
                    yield bytes(whole[at : at + _PIECE])

    @contextlib.asynccontextmanager
    async def local_copy(self, key: str) -> AsyncIterator[Path]:
        """See ``AudioStorage.local_copy``: a temporary download."""
        with tempfile.TemporaryDirectory(prefix="pitchscoop-") as folder:
            path = Path(folder, "audio")
            file = await asyncio.to_thread(path.open, "wb")
            with file:
                async for piece in self.read_audio(key):
                    await asyncio.to_thread(file.write, piece)
            yield path

    async def size(self, key: str) -> int | None:
        """See ``AudioStorage.size``."""
        try:
            with self._translated():
                return int((await obstore.head_async(self._store, key))["size"])
        except NotFound:
            return None

    async def list_audio(self, prefix: str) -> list[StoredObject]:
        """See ``AudioStorage.list_audio``."""
        with self._translated():
            found = [
                StoredObject(entry["path"], entry["size"])
                async for batch in steadily(obstore.list(self._store, prefix))
                for entry in batch
            ]
        return sorted(found, key=lambda stored: stored.key)

    async def delete_audio(self, prefix: str) -> bool:
        """See ``AudioStorage.delete_audio``."""
        if prefix.endswith("/"):
            names = [stored.key for stored in await self.list_audio(prefix)]
        else:
            names = [prefix] if await self.size(prefix) is not None else []
        with self._translated():
            if names:
                await obstore.delete_async(self._store, names)
        return bool(names)

    async def get_playback_url(
        self, key: str, *, expires_in: int, content_type: str, filename: str | None = None
    ) -> str:
        """See ``AudioStorage.get_playback_url``: signed offline, because the region is known."""
        headers = {"response-content-type": content_type}
        if filename is not None:
            headers["response-content-disposition"] = disposition(filename)
        return self._signer.presigned_get_object(
            self._bucket, key, expires=dt.timedelta(seconds=expires_in), response_headers=dict(headers)
        )

    async def check(self) -> str:
        """See ``AudioStorage.check``."""

        def make() -> None:
            if not self._admin.bucket_exists(self._bucket):
                with contextlib.suppress(MinioException):  # another copy may have been faster
                    self._admin.make_bucket(self._bucket)
                if not self._admin.bucket_exists(self._bucket):
                    raise Unavailable("storage_unavailable", f"The bucket {self._bucket} cannot be made. Make it.")

        with self._translated():
            await asyncio.to_thread(make)
        return f"bucket {self._bucket}"

    async def close(self) -> None:
        """Connections end with the process."""

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        before = self._store
        try:
            yield
        except AlreadyExistsError:
            raise
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise Unavailable("storage_unavailable", "The bucket is missing. Run pitchscoop doctor.") from error
            raise _not_found() from error
        except (BaseError, MinioException, HTTPError, OSError) as error:
            if any(word in str(error) for word in _FULL):
                raise NoRoom("storage_full", "The bucket's disk is full. Make room: nothing is lost.") from error
            raise Unavailable(
                "storage_unavailable", "The audio storage cannot be reached now. Try again soon."
            ) from error
        except Exception as error:
            if type(error).__name__ != "RustPanic":  # of a module that obstore has inside
                raise
            if self._store is before:  # a lock that it held is of no use to anybody any more
                self._store, self._slow = self._new_stores()
            log.exception("storage_client_renewed")
            raise _away("was away for a moment. Try again.") from error


def disposition(filename: str) -> str:
    """``attachment`` with any Unicode name (RFC 6266 with the encoding of RFC 8187).

    No slash in the plain name: MinIO refuses (400) a query in which ``..`` stands between slashes.
    """
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%/' else "_" for letter in filename
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _away(words: str) -> Unavailable:
    return Unavailable("storage_unavailable", f"The audio storage {words}")


def _not_found() -> NotFound:
    return NotFound("no_such_object", "The file is not in storage.")


async def _pieces(source: bytes | Path | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, Path):
        with source.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece
    else:
        async for piece in source:
            yield piece
