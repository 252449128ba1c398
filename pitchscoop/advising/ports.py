"""What advice needs of the outside: a model that writes. Adapter: ``adapters/llm.py``."""

from collections.abc import Mapping
from typing import Any, Protocol

from pitchscoop.kernel.errors import Problem, Unavailable


class Refused(Problem):
    """The model will not do it, now or later, unless somebody changes something: the message says what.

    Codes: ``model_refused`` (key, name, request), ``model_nonsense`` (nothing that can be used came back).
    """


class Later(Unavailable):
    """The model cannot be had for now (``model_unavailable``, ``model_busy``). ``retry_after`` in seconds."""

    def __init__(self, code: str, message: str, retry_after: int = Unavailable.retry_after) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class Adviser(Protocol):
    """A model that answers in JSON."""

    @property
    def name(self) -> str:
        """The model, for people."""
        ...

    async def answer(self, instructions: str, data: str, form: Mapping[str, Any]) -> str:
        """What the model writes about the data, which is text that nobody vouches for.

        ``form`` is the JSON schema it is asked to keep to; whether it does is for the caller to find out.

        Raises:
            Later: try again later, not before ``retry_after``. Refused: do not.
        """
        ...

    async def check(self) -> str:
        """The model and where it is, for people, once it has answered; raises what ``answer`` would."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
