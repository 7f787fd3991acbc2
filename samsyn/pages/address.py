"""What a clean page shows and for whom, as its address says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import parse_qs, urlencode

from corpus import Protocol, UsageError, journal
from samsyn.cards.words import LANGUAGES, card_words, filled

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
        """Who may be on the page: (id, name), where the page is for screening those who screen first."""
        known = {person.id: person.name or person.id for person in protocol.people}
        screeners = {one: known.get(one, one) for one in _screeners(protocol)}
        if self.what == "screen" and self.mode != "conflicts":
            return list({**screeners, **known}.items())
        return list({**known, **screeners}.items())

    def choices(self, protocol: Protocol) -> list[tuple[str, str]]:
        """Who may be chosen, as :meth:`people`; of those who screen nothing it says what they find there."""
        settles = card_words(self.language)["page"]["settles"]
        return [
            (one, filled(settles, name=name) if self.changed(person=one).only_settles(protocol) else name)
            for one, name in self.people(protocol)
        ]

    def only_settles(self, protocol: Protocol) -> bool:
        """Whether the page is for screening and its person is not among those who screen."""
        screeners = _screeners(protocol)
        screens = self.what == "screen" and self.mode != "conflicts"
        return screens and bool(screeners) and self.person not in screeners

    def opened_for(self, protocol: Protocol) -> PageAddress:
        """The page as its person finds it: the disagreements, where they screen nothing.

        Raises
        ------
        UsageError
            As :meth:`check_person`.
        """
        self.check_person(protocol)
        return self.changed(mode="conflicts") if self.only_settles(protocol) else self

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
            screens = self.only_settles(protocol)
            listed = _screeners(protocol) if screens else known
            place = "screening.screeners" if screens else "people"
            raise UsageError(
                f"{self.person!r} is not among those who may do this.",
                where="protocol.yaml",
                next_step=f"Known: {', '.join(listed)}. Others are added under {place}.",
            )


def _screeners(protocol: Protocol) -> tuple[str, ...]:
    return protocol.screening.screeners if protocol.screening else ()
