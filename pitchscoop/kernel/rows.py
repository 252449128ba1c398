"""Models to rows and back: text stays text (as the seed's Redis hashes have it), the rest is JSON."""

import functools
import json
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from pitchscoop.kernel import keys
from pitchscoop.kernel.state import Row

M = TypeVar("M", bound=BaseModel)


def event_of(row: Row) -> str | None:
    """The event that a row belongs to, by its key or by what it says; None for what concerns all."""
    return keys.tag(row.key) or row.fields.get("event_id")


def encode(model: BaseModel) -> dict[str, str]:
    """A model's fields as text; absent where None."""
    values = model.model_dump(mode="json", exclude_none=True)
    text = _text_fields(type(model))
    return {
        name: value if name in text else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in values.items()
    }


def decode(model: type[M], fields: Mapping[str, str]) -> M:
    """A model from its row. Fields the model does not know are ignored: a newer version may have written them."""
    text = _text_fields(model)
    known = {
        name: value if name in text else json.loads(value)
        for name, value in fields.items()
        if name in model.model_fields
    }
    return model.model_validate(known)


@functools.cache
def _text_fields(model: type[BaseModel]) -> frozenset[str]:
    schema = model.model_json_schema(mode="serialization")
    definitions = schema.get("$defs", {})

    def is_text(part: dict[str, object]) -> bool:
        if isinstance(ref := part.get("$ref"), str):
            return is_text(definitions[ref.rsplit("/", 1)[-1]])
        if isinstance(options := part.get("anyOf"), list):
            return all(is_text(option) for option in options if option != {"type": "null"})
        return part.get("type") == "string"

    return frozenset(name for name, part in schema.get("properties", {}).items() if is_text(part))
