"""A language model behind any server that speaks OpenAI's interface: OpenAI's own, another's, or one's own machine's.

The client's library takes a second to load. It is loaded with the first question, beside the event loop, so that no
server starts later for it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pitchscoop.adapters.llm_calls import Calls


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    connect: float = 10.0
    answer: float = 180.0  # for all of it: models on small machines write a few words a second
    check: float = 30.0


class LanguageModel:
    """Fits ``advising.ports.Adviser``. ``key`` is None where the server asks for none."""

    def __init__(
        self,
        model: str,
        base_url: str,
        key: str | None,
        patience: Patience = Patience(),
    ) -> None:
        self.name = model
        self._base_url = base_url
        self._key = key
        self._patience = patience
        self._making = asyncio.Lock()
        self._calls: Calls | None = None

    async def answer(self, instructions: str, data: str, form: Mapping[str, Any]) -> str:
        """See ``Adviser.answer``."""
        return await (await self._made()).answer(instructions, data, form, self._patience.answer)

    async def check(self) -> str:
        """See ``Adviser.check``: asks for a word, which costs next to nothing and shows that all of it works."""
        await (await self._made()).answer("Answer with one word.", "Are you there?", None, self._patience.check)
        return f"{self.name} at {self._base_url} answers"

    async def close(self) -> None:
        """See ``Adviser.close``."""
        if self._calls is not None:
            await self._calls.close()

    async def _made(self) -> "Calls":
        async with self._making:
            if self._calls is None:
                self._calls = await asyncio.to_thread(self._make)
            return self._calls

    def _make(self) -> "Calls":
        from pitchscoop.adapters.llm_calls import Calls  # noqa: PLC0415  what takes the second

        return Calls(self.name, self._base_url, self._key, self._patience.connect)
