"""YAML that people write: parsed safely, checked against a dataclass, every fault with its line and path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from corpus.controls import CONTROLS
from corpus.errors import ReviewError, UsageError, counted
from corpus.own_files import refuse_other_than_file

Noun = TypeVar("Noun")
YamlPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One fault of a YAML file.

    Attributes
    ----------
    path : tuple of str and int
        Keys and list positions from the root, for instance ``("themes", 0, "codes", 2, "id")``.
    what : str
        The fault in the user's words.
    """

    path: YamlPath
    what: str


class FaultyFileError(ReviewError):
    """A YAML file has faults; ``faults`` holds all of them as (line, path, what)."""

    def __init__(self, file: str, faults: list[tuple[int, str, str]]) -> None:
        self.file, self.faults = file, faults
        lines = [f"{file} line {line}: {path}{': ' if path else ''}{what}" for line, path, what in faults]
        super().__init__(
            "\n".join([f"{file} has {counted(len(faults), 'fault')}; nothing was changed.", *lines])
        )


def says_nothing(path: Path) -> bool:
    """Whether there is no such file, or nothing in it but blank lines and comments.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "synthesis.yaml")
    >>> says_nothing(path), path.write_text("# later\\n\\n---\\n"), says_nothing(path)
    (True, 13, True)
    """
    if not path.is_file():
        return True
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    return all(line.strip() in ("", "---", "...") or line.lstrip().startswith("#") for line in lines)


def read_checked_yaml(
    path: Path, noun: type[Noun], *, cross_checks: Callable[[Noun], Iterable[Fault]] | None = None
) -> Noun:
    """Read a YAML file into a frozen dataclass, or say everything that is wrong with it.

    Parameters
    ----------
    path : Path
        The file; UTF-8 with or without a byte order mark.
    noun : type
        A dataclass whose annotations are the schema (checked by pydantic).
    cross_checks : callable, optional
        Given the parsed noun, yields further faults, such as references to unknown ids.

    Returns
    -------
    An instance of ``noun``.

    Raises
    ------
    ReviewError
        When there is no such file.
    FaultyFileError
        With all faults at once, each with its line and path.
    """
    try:
        refuse_other_than_file(path)
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        is_own = path.name in ("protocol.yaml", "coding_scheme.yaml")
        raise (ReviewError if is_own else UsageError)(
            f"There is no {path.name} in {path.parent.name or 'this folder'}.",
            next_step="Start a review with `samsyn new FOLDER`."
            if is_own
            else "Check the name and the folder.",
        ) from None
    except OSError as error:
        raise ReviewError(f"The file cannot be read: {error.strerror}.", where=path.name) from None
    except UnicodeDecodeError as error:
        raise ReviewError(
            f"The file is not UTF-8 (byte {error.start}).",
            where=path.name,
            next_step="Save it as UTF-8 in your editor.",
        ) from None
    try:
        return cast(Noun, _checked(text, cast(Any, noun), cross_checks))
    except FaultyFileError as error:
        raise FaultyFileError(path.name, error.faults) from None


# the same text says the same, and what is read is frozen: a command meets a scheme and the copy kept of it
@lru_cache(maxsize=8)
def _checked(text: str, noun: type[Any], cross_checks: Callable[[Any], Iterable[Fault]] | None) -> Any:
    root, written = _parse(text)
    lines = {} if root is None else dict(_lines_by_path(root))
    repeated = [] if root is None else list(_repeated_keys(root))
    faults = [*repeated, *_control_characters(written)]
    try:
        parsed = TypeAdapter(noun).validate_python(written)
    except ValidationError as error:
        faults += [Fault(_plain(item["loc"]), _in_words(dict(item), noun)) for item in error.errors()]
        try:
            # without the keys that nobody knows the rest can be looked at as well
            parsed = TypeAdapter(noun).validate_python(_without_unknown(written, error))
        except ValidationError:
            raise _faulty(faults, lines) from None
    faults += cross_checks(parsed) if cross_checks else ()
    if faults:
        raise _faulty(faults, lines)
    return parsed


# a coding scheme is some eight deep
_DEEPEST = 50
# the safe loader in C where PyYAML has it; it builds plain values only, never objects
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _NoDatesLoader(_SafeLoader):
    """YAML's safe loader, except that a date stays the text that was written."""


_NoDatesLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def yaml_values(text: str) -> Any:
    """What a YAML text says, as plain values; dates stay text.

    Examples
    --------
    >>> yaml_values("questions: [{id: Q1, en: What of trust?}]")
    {'questions': [{'id': 'Q1', 'en': 'What of trust?'}]}
    """
    return _parse(text)[1]


def _parse(text: str) -> tuple[yaml.Node | None, Any]:
    """The YAML as nodes, which know their lines, and as values."""
    try:
        _refuse_bombs(text)
        loader = _NoDatesLoader(text)
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    except FaultyFileError:
        raise
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FaultyFileError("", [(line, "", f"not valid YAML: {error.problem}")]) from None
    except yaml.YAMLError as error:
        raise FaultyFileError("", [(1, "", f"not valid YAML: {error}")]) from None
    except (ValueError, AttributeError, OverflowError) as error:
        # a number, or a value with a tag such as !!int, that is not what it says
        raise FaultyFileError("", [(1, "", f"not valid YAML: {str(error)[:200]}")]) from None


def _refuse_bombs(text: str) -> None:
    """Refuse what no protocol or scheme needs and what can fill the memory: aliases and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise FaultyFileError("", [(line, "", "refers to an anchor (*): write the words themselves")])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise FaultyFileError("", [(line, "", "nested far deeper than anything that belongs here")])


def _lines_by_path(node: yaml.Node, path: YamlPath = ()) -> Iterator[tuple[YamlPath, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines_by_path(value, (*path, str(key.value)))
            yield (*path, str(key.value)), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _lines_by_path(value, (*path, position))


def _repeated_keys(node: yaml.Node, path: YamlPath = ()) -> Iterable[Fault]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield Fault((*path, name), "this key stands twice; the first would be lost")
            seen.add(name)
            yield from _repeated_keys(value, (*path, name))
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _repeated_keys(value, (*path, position))


def _control_characters(value: Any, path: YamlPath = ()) -> Iterator[Fault]:
    """Where a text holds what no editor shows; YAML lets it in by its number ("\\x1b")."""
    if isinstance(value, str) and CONTROLS.search(value):
        yield Fault(path, "holds a control character: take it out")
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from _control_characters(str(key), path)
            yield from _control_characters(held, (*path, str(key)))
    elif isinstance(value, list):
        for position, held in enumerate(value):
            yield from _control_characters(held, (*path, position))


def _plain(location: tuple[Any, ...]) -> YamlPath:
    """Pydantic's location without the names of union members and the like."""
    return tuple(part for part in location if isinstance(part, int) or not str(part).endswith("]"))


_UNKNOWN_KEY = ("unexpected_keyword_argument", "extra_forbidden")


def _without_unknown(written: Any, error: ValidationError) -> Any:
    kept = deepcopy(written)
    for item in error.errors():
        *place, key = _plain(item["loc"]) or ("",)
        if item["type"] in _UNKNOWN_KEY:
            holder = kept
            for part in place:
                holder = holder[part]
            holder.pop(key, None)
    return kept


def _in_words(error: dict[str, Any], noun: type) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case kind if kind in _UNKNOWN_KEY:
            known = _known_keys(noun, _plain(error["loc"])[:-1])
            hint = " (put words that hold a comma in quotation marks)" if " " in str(error["loc"][-1]) else ""
            return f"is not a known key here{hint}{'. Known: ' if known else ''}{', '.join(known)}"
        case "literal_error":
            return f"is {error['input']!r}; known: {error['ctx']['expected']}"
        case _:
            message = str(error["msg"]).removeprefix("Value error, ")
            shown = repr(error.get("input"))
            return f"{message[0].lower()}{message[1:]} (found {shown[:60]})"


def _known_keys(noun: Any, path: YamlPath) -> list[str]:
    """The keys that may stand at a path, told from the annotations of the dataclasses on the way."""
    for part in path:
        if is_dataclass(noun):
            noun = get_type_hints(noun).get(str(part))
        else:
            # of a list or mapping what it holds; the Ellipsis of tuple[Code, ...] is no type
            noun = next((held for held in reversed(get_args(noun)) if held is not ...), None)
    return [each.name for each in fields(noun)] if is_dataclass(noun) else []


def _faulty(faults: list[Fault], lines: dict[YamlPath, int]) -> FaultyFileError:
    placed = []
    for fault in faults:
        known = fault.path
        while known and known not in lines:
            known = known[:-1]
        placed.append((lines.get(known, 1), ".".join(str(part) for part in fault.path), fault.what))
    return FaultyFileError("", sorted(placed))
