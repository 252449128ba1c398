"""An installation of two servers, a worker, Redis and MinIO, shared by a module's tests; each leaves it whole."""

import random
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.faults.fleet import Fleet, fleet
from tests.servers.app import ADMIN


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def beside(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    async with fleet("redis-minio", tmp_path_factory.mktemp("beside"), random.Random(), 200 << 20) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def client(beside: Fleet) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {ADMIN}"}
    async with httpx.AsyncClient(base_url=f"{beside.url}/api/v1", headers=headers, timeout=20) as found:
        yield found
        for wire in beside.wires.values():
            wire.cut = False
            wire.flowing.set()
        await beside.ready()
