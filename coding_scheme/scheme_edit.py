"""Renaming, merging and splitting codes in the text of ``coding_scheme.yaml``, so that its comments stay.

Only the words that change are touched. What was done stands in the scheme's changelog, by which decisions
follow. Codes that were merged or split stay in the file as retired ones, with what they meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from coding_scheme.changelog import next_version, version_parts
from corpus.errors import UsageError

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_REFERENCES = ("often_coded_with",)


@dataclass(frozen=True)
class EditedScheme:
    """The text of a scheme after a change, its version, and what a person must still do."""

    text: str
    version: str
    to_do: str = ""


def rename_code(text: str, old: str, new: str, *, version: str = "", date: str = "") -> EditedScheme:
    """Give a code another id; what it means stays the same.

    Parameters
    ----------
    text : str
        The scheme's YAML.
    old, new : str
    version : str, optional
        That of the changed scheme; by default the last number rises.
    date : str, optional
        For the changelog.

    Raises
    ------
    UsageError
        When there is no such code, the new id is taken, or the file is written in a way that cannot be
        changed safely; then it says what to write.

    Examples
    --------
    >>> text = "id: s  # mine\\nversion: '1.0'\\nthemes:\\n- id: ties\\n  codes:\\n  - id: trust\\n"
    >>> print(rename_code(text, "trust", "trust_partners").text)
    id: s  # mine
    version: '1.1'
    themes:
    - id: ties
      codes:
      - id: trust_partners
    <BLANKLINE>
    changelog:
    - version: '1.1'
      renamed: {trust: trust_partners}
    <BLANKLINE>
    """
    scheme = _Text(text)
    scheme.require(old)
    scheme.refuse_taken(new)
    scheme.replace_id(old, new)
    return scheme.edited("renamed", {old: new}, version=version, date=date, major=False)


def merge_codes(
    text: str, olds: Sequence[str], into: str, *, version: str = "", date: str = ""
) -> EditedScheme:
    """Merge codes into one, which may be one of them, another one, or a new id for the first.

    The others are retired. Parameters and errors: as for :func:`rename_code`.
    """
    scheme = _Text(text)
    for old in olds:
        scheme.require(old)
    gone = [old for old in dict.fromkeys(olds) if old != into]
    if len({*gone, into}) < 2:
        raise UsageError("A merger needs two codes.")
    to_do = f"Write in coding_scheme.yaml what {into} means now, and move the indicators you want to keep."
    retired = gone
    if into not in scheme.codes:
        scheme.refuse_taken(into)
        scheme.replace_id(gone[0], into)
        retired = gone[1:]
    for old in retired:
        scheme.retire(old)
    return scheme.edited("merged", dict.fromkeys(gone, into), version=version, date=date, to_do=to_do)


def split_code(
    text: str, old: str, into: Sequence[str], *, version: str = "", date: str = ""
) -> EditedScheme:
    """Split a code: it is retired, and new codes begin as copies of it.

    Parameters and errors: as for :func:`rename_code`.
    """
    scheme = _Text(text)
    scheme.require(old)
    parts = list(dict.fromkeys(into))
    if len(parts) < 2 or old in parts:
        raise UsageError("A split needs two or more codes with ids other than that of the one split.")
    new = [part for part in parts if part not in scheme.codes]
    for part in new:
        scheme.refuse_taken(part)
    scheme.copy(old, new)
    scheme.let_facets_apply(old, [part for part in parts if part != old])
    scheme.retire(old)
    to_do = f"Write in coding_scheme.yaml what {' and '.join(parts)} mean: " + (
        f"{' and '.join(new)} begin with the words of {old}." if new else "they are as they were."
    )
    return scheme.edited("split", {old: parts}, version=version, date=date, to_do=to_do)


class _Text:
    """A scheme's YAML as text and as nodes that know their places in it."""

    def __init__(self, text: str) -> None:
        self.text = text if text.endswith("\n") else f"{text}\n"
        # the loader that schemes are read with: the one in Python refuses words such as  {en: Why?}
        self.root = yaml.compose(self.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.edits: list[tuple[int, int, str]] = []
        self.codes: dict[str, yaml.MappingNode] = {}
        self.taken: set[str] = set()
        for theme in _items(_value(self.root, "themes")):
            self.taken.add(_text_of(theme, "id"))
            self.codes |= {_text_of(code, "id"): code for code in _items(_value(theme, "codes"))}

    def require(self, code_id: str) -> None:
        if code_id not in self.codes:
            known = ", ".join(sorted(self.codes))
            raise UsageError(f"There is no code {code_id!r}.", next_step=f"Known: {known}.")

    def refuse_taken(self, code_id: str) -> None:
        if not _ID.fullmatch(code_id):
            raise UsageError(
                f"{code_id!r} is no id.",
                next_step="Use small letters, digits and _, for instance shared_aim.",
            )
        if yaml.safe_load(code_id) != code_id:
            raise UsageError(
                f"{code_id!r} is no word to YAML.", next_step="Choose another, for instance no_trust."
            )
        if code_id in self.taken | set(self.codes):
            raise UsageError(f"The id {code_id!r} is taken.", next_step="Choose another.")

    def replace_id(self, old: str, new: str) -> None:
        """The id where it stands as an id, and where other codes and facets name it."""
        node = _value(self.codes[old], "id")
        self.edits.append((node.start_mark.index, node.end_mark.index, new))
        holders = [(code, name) for code in self.codes.values() for name in _REFERENCES]
        holders += [(facet, "applies_to") for facet in _items(_value(self.root, "facets"))]
        for holder, name in holders:
            for item in _items(_value(holder, name)):
                if item.value == old:
                    self.edits.append((item.start_mark.index, item.end_mark.index, new))

    def retire(self, code_id: str) -> None:
        code = self.codes[code_id]
        status = _value(code, "status")
        if status is not None:
            self.edits.append((status.start_mark.index, status.end_mark.index, "retired"))
        elif code.flow_style:
            end = code.end_mark.index - 1
            self.edits.append((end, end, ", status: retired"))
        else:
            end = self._line_end(_value(code, "id").end_mark.index)
            self.edits.append((end, end, f"{' ' * code.start_mark.column}status: retired\n"))

    def copy(self, code_id: str, new: Sequence[str]) -> None:
        """Copies of a code's lines behind it, with other ids."""
        code = self.codes[code_id]
        start = code.start_mark.index - code.start_mark.column
        if not re.fullmatch(r"\s*-\s+", self.text[start : code.start_mark.index]):
            raise _by_hand(f"copy the code {code_id} once for each of {', '.join(new)}, and change the ids")
        end = self._line_end(code.end_mark.index) if code.flow_style else code.end_mark.index
        # what stands before the next code, such as its comment, belongs to that
        block = re.sub(r"(\n[ \t]*(#[^\n]*)?)+\Z", "\n", self.text[start:end])
        node = _value(code, "id")
        before = block[: node.start_mark.index - start]
        after = block[node.end_mark.index - start :]
        copies = "".join(f"{before}{name}{after}" for name in new)
        self.edits.append((start + len(block), start + len(block), copies))

    def let_facets_apply(self, code_id: str, new: Sequence[str]) -> None:
        """The facets of a code hold for others too: their ids, behind its own."""
        for facet in _items(_value(self.root, "facets")):
            codes = _value(facet, "applies_to")
            named = {item.value: item for item in _items(codes)}
            if code_id not in named:
                continue
            item = named[code_id]
            parts = [name for name in new if name not in named]
            if codes.flow_style:
                at, words = item.end_mark.index, "".join(f", {name}" for name in parts)
            else:
                at = self._line_end(item.end_mark.index)
                words = "".join(f"{' ' * codes.start_mark.column}- {name}\n" for name in parts)
            self.edits.append((at, at, words))

    def edited(
        self, kind: str, names: Mapping[str, Any], *, version: str, date: str, major: bool = True,
        to_do: str = "",
    ) -> EditedScheme:  # fmt: skip
        """The text with the edits made, the version raised, and the change in its changelog."""
        node = _value(self.root, "version")
        before = node.value if node is not None else "0.1"
        version = version or next_version(before, major=major)
        if version_parts(version) < version_parts(before):
            raise UsageError(f"{version} is earlier than the scheme's version, {before}.")
        if node is None:
            start = self._line_end(_value(self.root, "id").end_mark.index)
            self.edits.append((start, start, f"version: '{version}'\n"))
        else:
            self.edits.append((node.start_mark.index, node.end_mark.index, f"'{version}'"))
        self._note(f"{kind}: {{{', '.join(f'{old}: {_flow(new)}' for old, new in names.items())}}}",
                   version, date)  # fmt: skip
        text = self.text
        for start, end, words in sorted(self.edits, key=lambda edit: edit[:2], reverse=True):
            text = text[:start] + words + text[end:]
        return EditedScheme(text, version, to_do)

    def _note(self, change: str, version: str, date: str) -> None:
        changelog = _value(self.root, "changelog")
        lines = [f"- version: '{version}'", *([f"  date: '{date}'"] if date else []), f"  {change}"]
        if changelog is None:
            end = len(self.text)
            self.edits.append((end, end, "\nchangelog:\n" + "".join(f"{line}\n" for line in lines)))
            return
        entries = _items(changelog)
        if changelog.flow_style or not entries:
            raise _by_hand(f"write under changelog, version {version}: {change}")
        same = next((entry for entry in entries if _text_of(entry, "version") == version), None)
        if same is not None:
            if same.flow_style or _value(same, change.partition(":")[0]) is not None:
                raise _by_hand(f"write under changelog, version {version}: {change}")
            end = self._line_end(_value(same, "version").end_mark.index)
            self.edits.append((end, end, f"{' ' * same.start_mark.column}{change}\n"))
            return
        start = changelog.start_mark.index - changelog.start_mark.column
        indent = " " * changelog.start_mark.column
        self.edits.append((start, start, "".join(f"{indent}{line}\n" for line in lines)))

    def _line_end(self, index: int) -> int:
        return self.text.index("\n", index) + 1


def _value(node: Any, key: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _items(node: Any) -> list[Any]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _text_of(node: Any, key: str) -> str:
    value = _value(node, key)
    return str(value.value) if value is not None else ""


def _flow(new: str | list[str]) -> str:
    return new if isinstance(new, str) else f"[{', '.join(new)}]"


def _by_hand(what: str) -> UsageError:
    return UsageError(
        "The file is written in a way that cannot be changed safely; it was left as it is.",
        next_step=f"By hand: {what}.",
    )
