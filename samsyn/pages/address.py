"""What a clean page shows and for whom, as its address says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import parse_qs, urlencode

from corpus import Protocol, UsageError, journal
from samsyn.cards.words import LANGUAGES

What = Literal["screen", "check", "tables"]
PAGES: tuple[str, ...] = get_args(What)


@dataclass(frozen=True)
class PageAddress:
    """What a clean page shows.

    Attributes
    ----------
    what : {"screen", "check", "tables"}
    person : str
        Who decides there; "" is not yet said: the page asks, and never guesses.
    language : {"en", "da"}
    mode : str
        The queue of the screening card, or the round of the checking card; "" for the usual one.

    Examples
    --------
    >>> page = PageAddress("screen", person="ann", language="da")
    >>> page.query()
    'page=screen&as=ann&language=da'
    >>> PageAddress.read(page.query()) == page
    True
    """

    what: str = "screen"
    person: str = ""
    language: str = "en"
    mode: str = ""

    @classmethod
    def read(cls, query: str) -> PageAddress:
        """The page that the query of an address names; what it does not know in there, it leaves out."""
        said = {name: values[-1].strip() for name, values in parse_qs(query).items()}
        what, language = said.get("page", ""), said.get("language", "")
        return cls(
            what if what in PAGES else PAGES[0],
            said.get("as", ""),
            language if language in LANGUAGES else LANGUAGES[0],
            said.get("mode", ""),
        )

    def query(self, **more: str) -> str:
        """The query of the page's address, with more in it."""
        parts = {"page": self.what, "as": self.person, "language": self.language, "mode": self.mode, **more}
        return urlencode({name: value for name, value in parts.items() if value})

    def changed(self, **parts: str) -> PageAddress:
        """The page with another part."""
        return replace(self, **parts)

    @property
    def asks_who(self) -> bool:
        """Whether somebody must say who they are first."""
        return self.what != "tables" and not self.person

    def people(self, protocol: Protocol) -> list[tuple[str, str]]:
        """Who may be chosen: (id, name), those who screen where the page is for screening."""
        known = {person.id: person.name or person.id for person in protocol.people}
        screeners = protocol.screening.screeners if protocol.screening else ()
        if self.what == "screen" and self.mode != "conflicts" and screeners:
            return [(one, known.get(one, one)) for one in screeners]
        return list({**known, **{one: one for one in screeners if one not in known}}.items())

    def check_person(self, protocol: Protocol) -> None:
        """Refuse somebody whom the protocol does not know.

        Raises
        ------
        UsageError
            When the protocol names people and this one is not among them, or when it is no name for a file.
        """
        if not self.person:
            return
        journal.check_person(self.person)
        known = [name for name, _ in self.people(protocol)]
        if known and self.person not in known:
            raise UsageError(
                f"{self.person!r} is not among those who may do this.",
                where="protocol.yaml",
                next_step=f"Known: {', '.join(known)}. Others are added under people.",
            )
