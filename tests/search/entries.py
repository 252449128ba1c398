"""Pitches as the index takes them, without the rest of PitchScoop."""

from pitchscoop.adapters.search_index import SearchIndex
from pitchscoop.search.model import Entry, Match, cleaned, parse
from pitchscoop.search.quotes import quoted


def entry(session_id: str, text: str, *, team: str | None = None, created: int = 1, event: str = "boston") -> Entry:
    """A word a second."""
    words = tuple(cleaned(word) for word in text.split(" "))
    starts = tuple(float(number) for number in range(len(words)))
    return Entry(session_id, event, team, 1, created * 1000, words, starts, tuple(start + 0.9 for start in starts))


async def filled(index: SearchIndex, *texts: str) -> None:
    """Pitches 0, 1, 2 ... in which this was said."""
    assert await index.keep()
    await index.write("boston", [entry(str(number), text, created=number) for number, text in enumerate(texts)])
    await index.tidy()


async def matches(
    index: SearchIndex, q: str, *, team: str | None = None, event: str = "boston", offset: int = 0, limit: int = 1000
) -> list[Match]:
    query = parse(q)
    return await index.find(event, team, query, offset=offset, limit=limit) if query.phrases else []


async def found(index: SearchIndex, q: str, **named: str | None) -> list[str]:
    """Ids of the pitches found, in order of name."""
    return sorted(match.session_id for match in await matches(index, q, **named))  # type: ignore[arg-type]


async def marked(index: SearchIndex, q: str) -> str:
    """The one quote that is found, with what was looked for in brackets."""
    (match,) = await matches(index, q)
    quote = quoted(match)
    text = quote.text
    for start, end in reversed(quote.marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text
