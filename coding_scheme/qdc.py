"""Codebooks of REFI-QDA (QDC): a coding scheme for other coding programs, and theirs for Samsyn.

QDC knows a name and a description of each code. What else the scheme says of a code goes into labelled lines
of the description and comes back from there; the scheme's directions, facets, descriptors, rules and
changelog have no place. The YAML file stays the truth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from coding_scheme.qda_words import (
    add,
    as_bytes,
    child,
    children,
    guid,
    id_of,
    labelled,
    plain_guid,
    read_labelled,
    text_in,
    xml_text,
)
from coding_scheme.scheme import DIRECTIONS, Code, CodeDirection, CodingScheme, Phrases, Theme
from corpus.encodings import decode
from corpus.errors import ReviewError, UsageError
from corpus.own_files import refuse_other_than_file
from corpus.protocol import Wording
from corpus.safe_xml import parsed_xml, refuse_entities

CODEBOOK_NAMESPACE = "urn:QDA-XML:codebook:1.0"
LEFT_OUT_COLUMNS = ("kind", "name", "why")
_WORDINGS = {
    "Label": "label", "Definition": "definition", "Use when": "use_when",
    "Do not use when": "do_not_use_when", "Example": "example", "Near miss": "near_miss",
}  # fmt: skip
_PHRASES = {
    "Indicators": "indicators", "Weak indicators": "weak_indicators", "Exclude phrases": "exclude_phrases",
}  # fmt: skip
_SINGLE = (
    "Samsyn id",
    "Theme",
    "Allowed directions",
    "Typical direction",
    "Status",
    "Basis",
    "Often coded with",
    "Never strong",
)
_LABELS = re.compile(rf"({'|'.join([*_WORDINGS, *_PHRASES])}) \([a-z]{{2,3}}\)")
_ORIGIN = re.compile(r"Samsyn: (\S+) (\S+)")
_LARGEST = 200 * 1024**2


@dataclass(frozen=True)
class Codebook:
    """A codebook of another program as a coding scheme.

    Attributes
    ----------
    scheme : CodingScheme
        Codes on top of others are themes; codes deeper than that stand in the theme on top.
    left_out : DataFrame
        Columns kind, name, why: what has no place in a scheme.
    code_ids : mapping
        The program's identifiers of the codes -> ids in the scheme.
    """

    scheme: CodingScheme
    left_out: pd.DataFrame
    code_ids: dict[str, str]


def write_qdc(scheme: CodingScheme, path: Path | str) -> None:
    """Write a coding scheme as a QDC codebook, valid against the standard's schema.

    The same scheme gives the same bytes. Themes are codes that cannot be coded with, their codes below them.

    Raises
    ------
    ReviewError
        When the file cannot be written.

    Source
    ------
    REFI-QDA 1.0, codebook exchange (qdasoftware.org).

    Examples
    --------
    >>> import tempfile
    >>> words = {"en": ("trust*",), "da": ("tillid*",)}
    >>> trust = Code("trust", Wording("Trust", "Tillid"), Wording("To rely."), indicators=words)
    >>> scheme = CodingScheme("demo", Wording("Demo"), (Theme("ties", (trust,), Wording("Ties")),))
    >>> path = Path(tempfile.mkdtemp(), "demo.qdc")
    >>> write_qdc(scheme, path)
    >>> read_qdc(path).code("trust") == trust
    True
    """
    root = etree.Element(f"{{{CODEBOOK_NAMESPACE}}}CodeBook", nsmap={None: CODEBOOK_NAMESPACE})
    root.set("origin", xml_text(f"Samsyn: {scheme.id} {scheme.version}"))
    add_codes(root, scheme)
    try:
        Path(path).write_bytes(as_bytes(root))
    except OSError as error:
        raise ReviewError(f"It cannot be written: {error.strerror}.", where=str(path)) from error


def read_qdc(path: Path | str) -> CodingScheme:
    """Read a QDC codebook, of any program, as a coding scheme.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    CodingScheme
        Ids that Samsyn did not write itself are made from the names.

    Raises
    ------
    UsageError
        When there is no such file or it is no codebook. :func:`read_codebook` says what was left out.
    """
    return read_codebook(path).scheme


def read_codebook(path: Path | str) -> Codebook:
    """Read a QDC codebook and say what was left out of it."""
    path = Path(path)
    refuse_other_than_file(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"{path.name} is larger than any codebook.")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    root = parsed_project(data, path.name)
    book = root if _is(root, "CodeBook") else child(root, "CodeBook")
    if book is None:
        raise UsageError(
            f"{path.name} is no QDC codebook.", next_step="Export the codebook as REFI-QDA (.qdc)."
        )
    return codebook_from(book, path.stem)


def parsed_project(data: bytes, name: str) -> etree._Element:
    """The root of a QDC or QDE document, in whichever encoding it is written.

    Raises
    ------
    UsageError
        When it is not well-formed or declares entities.
    """
    text = decode(data)[0].lstrip("\ufeff \n\t\r")
    # the text is decoded already, whatever its declaration says
    text = re.sub(r"\A<\?xml[^>]*\?>", "", text)
    refuse_entities(text, "Export it again from the coding program.")
    root, fault = parsed_xml(text)
    if root is None:
        raise UsageError(f"{name} is not well-formed XML ({fault}).", next_step="Export it again.")
    return root


def add_codes(parent: etree._Element, scheme: CodingScheme) -> None:
    """The element Codes of a scheme, below a CodeBook."""
    codes = add(parent, "Codes", {})
    names: dict[str, int] = {}
    for theme in scheme.themes:
        own = theme.label.in_language("en") or theme.id
        top = add(codes, "Code", {"guid": guid("theme", theme.id), "name": _unique(own, theme.id, names),
                                  "isCodable": "false"})  # fmt: skip
        lines = [("Samsyn id", theme.id), *_wording_lines("Label", theme.label, top.get("name") or "")]
        lines += _wording_lines("Definition", theme.definition, theme.definition.in_language("en"))
        add(top, "Description", {}, labelled(theme.definition.in_language("en"), lines))
        for code in theme.codes:
            name = _unique(code.label.in_language("en") or code.id, code.id, names)
            element = add(top, "Code", {"guid": guid("code", code.id), "name": name, "isCodable": "true"})
            add(element, "Description", {}, description_of(code, name))


def description_of(code: Code, name: str) -> str:
    """All that a scheme says of a code, as a description that people and :func:`read_qdc` read."""
    first = code.definition.in_language("en")
    lines: list[tuple[str, str | None]] = [("Samsyn id", code.id)]
    for label, field in _WORDINGS.items():
        shown = {"label": name, "definition": first}.get(field, "")
        lines += _wording_lines(label, getattr(code, field), shown)
    for label, field in _PHRASES.items():
        phrases: Phrases = getattr(code, field)
        lines += [(f"{label} ({language})", "; ".join(listed)) for language, listed in phrases.items()]
    if code.direction.allowed != DIRECTIONS:
        lines.append(("Allowed directions", "; ".join(code.direction.allowed)))
    if code.direction.typical != CodeDirection().typical:
        lines.append(("Typical direction", code.direction.typical))
    lines.append(("Status", code.status if code.status != "active" else None))
    lines.append(("Basis", code.basis or None))
    lines.append(("Often coded with", "; ".join(code.often_coded_with) or None))
    lines.append(("Never strong", "yes" if code.never_strong else None))
    return labelled(first, lines)


def codebook_from(book: etree._Element, name: str) -> Codebook:
    """A CodeBook element as a coding scheme; ``name`` stands for its title where it has none."""
    left_out = [
        ("set", text_or(element.get("name")), "a scheme has themes, not sets")
        for element in children(child(book, "Sets"), "Set")
    ]
    tree = _Tree()
    for element in children(child(book, "Codes"), "Code"):
        tree.take(element)
    written = _ORIGIN.fullmatch(book.get("origin") or "")
    scheme = CodingScheme(
        id=written.group(1) if written else id_of(name),
        title=Wording(written.group(1) if written else name),
        themes=tree.themes(),
        version=written.group(2) if written else "0.1",
    )
    found = pd.DataFrame([*left_out, *tree.left_out], columns=list(LEFT_OUT_COLUMNS)).astype("str")
    return Codebook(scheme, found, tree.code_ids)


def sketch(tree: Iterable[tuple[tuple[str, ...], str]]) -> etree._Element:
    """A CodeBook element from paths of names with a description each; what stands above is not coded with."""
    root = etree.Element(f"{{{CODEBOOK_NAMESPACE}}}CodeBook")
    codes = add(root, "Codes", {})
    listed = dict(tree)
    made: dict[tuple[str, ...], etree._Element] = {}
    for path in listed:
        for depth in range(1, len(path) + 1):
            part = path[:depth]
            if part in made:
                continue
            above = made.get(part[:-1], codes)
            made[part] = add(above, "Code", {
                "guid": guid("tag", *part), "name": part[-1], "isCodable": str(part in listed).lower(),
            })  # fmt: skip
            if listed.get(part):
                add(made[part], "Description", {}, listed[part])
    return root


def text_or(text: str | None, otherwise: str = "") -> str:
    """An attribute's value with its white space made plain, or what stands for it."""
    return " ".join((text or "").split()) or otherwise


class _Tree:
    """Codes below codes, made themes with codes."""

    def __init__(self) -> None:
        self.left_out: list[tuple[str, str, str]] = []
        self.code_ids: dict[str, str] = {}
        self._ids: set[str] = set()
        self._themes: list[tuple[str, Wording, Wording, list[Code]]] = []
        self._alone: list[Code] = []

    def take(self, element: etree._Element) -> None:
        """A code on top: a theme where others stand below it or it cannot be coded with."""
        below = list(children(element, "Code"))
        codable = (element.get("isCodable") or "true").strip().lower() not in ("false", "0")
        if not below and codable:
            self._alone.append(self._code(element, ""))
            return
        label, definition, found = _words_of(element)
        theme_id = found.get("Samsyn id") or f"theme_{id_of(label.in_language('en'))}"
        codes: list[Code] = []
        self._themes.append((self._own(theme_id, ""), label, definition, codes))
        if codable:
            codes.append(self._code(element, ""))
        self._take_below(below, text_or(element.get("name")), codes, depth=2)

    def themes(self) -> tuple[Theme, ...]:
        """All themes; codes without one stand in a theme of their own behind."""
        listed = [Theme(name, tuple(codes), label, meant) for name, label, meant, codes in self._themes]
        if self._alone:
            meant = Wording("Codes that stood in no other.", "Koder, der ikke stod i en anden.")
            name = self._own("codes", "")
            listed.append(Theme(name, tuple(self._alone), Wording("Codes", "Koder"), meant))
        return tuple(listed)

    def _take_below(
        self, elements: Iterable[etree._Element], above: str, codes: list[Code], depth: int
    ) -> None:
        for element in elements:
            codes.append(self._code(element, above))
            below = list(children(element, "Code"))
            if below:
                name = text_or(element.get("name"))
                self.left_out.append(("level", name, "its codes stand in the theme on top"))
                self._take_below(below, name, codes, depth + 1)

    def _code(self, element: etree._Element, above: str) -> Code:
        label, definition, found = _words_of(element)
        code_id = self._own(found.get("Samsyn id") or id_of(text_or(element.get("name"))), above)
        self.code_ids[plain_guid(element.get("guid"))] = code_id
        allowed = _listed(found.get("Allowed directions", "")) or DIRECTIONS
        fields: dict[str, Any] = {
            field: Wording(**_languages(name, found)) for name, field in _WORDINGS.items()
        }
        for name, field in _PHRASES.items():
            fields[field] = {language: _listed(text) for language, text in _by_language(name, found) if text}
        fields |= {"label": label, "definition": definition}
        return Code(
            id=code_id,
            **fields,
            direction=CodeDirection(found.get("Typical direction", CodeDirection().typical), allowed),
            status="retired" if found.get("Status") == "retired" else "active",
            basis=found.get("Basis", ""),
            often_coded_with=_listed(found.get("Often coded with", "")),
            never_strong=found.get("Never strong") == "yes",
        )

    def _own(self, name: str, above: str) -> str:
        """An id that is not taken: else with the name of what stands above, else with a number."""
        candidates = [name, f"{id_of(above)}_{name}"] if above else [name]
        candidates += [f"{name}_{number}" for number in range(2, len(self._ids) + 3)]
        own = next(candidate for candidate in candidates if candidate not in self._ids)
        self._ids.add(own)
        return own


def _words_of(element: etree._Element) -> tuple[Wording, Wording, dict[str, str]]:
    text = text_in(element, "Description")
    own = [label for label in _SINGLE if label in text]
    free, found = read_labelled(text, [*own, *(match.group() for match in _LABELS.finditer(text))])
    label = Wording(**{"en": text_or(element.get("name")), **_languages("Label", found)})
    definition = Wording(**{"en": free, **_languages("Definition", found)})
    return label, definition, found


def _languages(name: str, found: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in _by_language(name, found) if language in ("en", "da")}


def _by_language(name: str, found: dict[str, str]) -> Iterator[tuple[str, str]]:
    for label, text in found.items():
        if label.startswith(f"{name} ("):
            yield label.removeprefix(f"{name} (").rstrip(")"), text


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("; ") if part.strip())


def _wording_lines(label: str, wording: Wording, shown: str) -> list[tuple[str, str | None]]:
    """Lines for what the name or the free text does not show as English already."""
    lines: list[tuple[str, str | None]] = []
    if wording.en != shown:
        lines.append((f"{label} (en)", wording.en))
    if wording.da:
        lines.append((f"{label} (da)", wording.da))
    return lines


def _unique(name: str, own_id: str, names: dict[str, int]) -> str:
    """Some programs refuse two codes of one name."""
    names[name.casefold()] = names.get(name.casefold(), 0) + 1
    return name if names[name.casefold()] == 1 else f"{name} ({own_id})"


def _is(element: etree._Element, name: str) -> bool:
    return etree.QName(element).localname == name
