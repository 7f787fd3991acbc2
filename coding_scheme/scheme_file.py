"""Reading ``coding_scheme.yaml``: all faults at once, each with its line, path and known alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import yaml

from coding_scheme.changelog import SchemeChange, version_parts
from coding_scheme.indicators import parted_company
from coding_scheme.scheme import DIRECTIONS, Code, CodingScheme, Phrases, Theme, as_mapping
from corpus.checked_yaml import Fault, YamlPath, read_checked_yaml
from corpus.errors import ReviewError, UsageError
from corpus.protocol import Wording

Noun = TypeVar("Noun", Theme, Code)


def read_coding_scheme(path: Path | str) -> CodingScheme:
    """Read and check ``coding_scheme.yaml``.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    CodingScheme

    Raises
    ------
    ReviewError
        When there is no such file.
    FaultyFileError
        With all faults at once, each with its line, its path and the known alternatives.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "coding_scheme.yaml"
    >>> _ = path.write_text('''
    ... id: demo
    ... title: {en: Demo}
    ... themes:
    ... - id: ties
    ...   label: {en: Ties}
    ...   definition: {en: What binds people}
    ...   codes:
    ...   - {id: trust, label: {en: Trust}, definition: {en: To rely}, often_coded_with: [costs]}
    ... ''')
    >>> read_coding_scheme(path)
    Traceback (most recent call last):
    ...
    corpus.checked_yaml.FaultyFileError: coding_scheme.yaml has 1 fault; nothing was changed.
    coding_scheme.yaml line 9: themes.0.codes.0.often_coded_with.0: names unknown code 'costs'. Known: trust.
    """
    return read_checked_yaml(Path(path), CodingScheme, cross_checks=_cross_checks)


def write_coding_scheme(scheme: CodingScheme, path: Path | str) -> int:
    """Write a scheme that came from another program as YAML, to be worked on; return how many blanks it has.

    What a scheme needs and the other program did not say (a definition) is marked "To be written.".

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "scheme.yaml")
    >>> trust = Code("trust", Wording("Trust"))
    >>> scheme = CodingScheme("demo", Wording("Demo"), (Theme("ties", (trust,), Wording("Ties")),))
    >>> write_coding_scheme(scheme, path)
    2
    >>> read_coding_scheme(path).code("trust").definition.en
    'To be written.'
    """
    blank = Wording("To be written.")
    n_blank = 0

    def whole(noun: Noun) -> Noun:
        nonlocal n_blank
        said = noun.definition.in_language("en").strip()
        n_blank += not said
        label = noun.label if noun.label.in_language("en").strip() else Wording(noun.id)
        return replace(noun, label=label, definition=noun.definition if said else blank)

    themes = tuple(whole(replace(theme, codes=tuple(map(whole, theme.codes)))) for theme in scheme.themes)
    written = {"id": scheme.id, "version": scheme.version, **as_mapping(replace(scheme, themes=themes))}
    text = yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=108)
    try:
        with Path(path).open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} is already there.", next_step="Choose another name.") from None
    except OSError as error:
        raise ReviewError(f"It cannot be written: {error.strerror}.", where=str(path)) from error
    return n_blank


def _cross_checks(scheme: CodingScheme) -> Iterator[Fault]:
    codes = list(dict.fromkeys(code.id for code in scheme.codes))
    if not version_parts(scheme.version):
        yield Fault(("version",), _no_version(scheme.version))
    if not 0 <= scheme.strong_from <= 1:
        yield Fault(("strong_from",), f"{scheme.strong_from:g} does not lie between 0 and 1")
    yield from _changelog_faults(scheme, codes)
    yield from _repeated_ids(scheme)
    yield from _theme_faults(scheme, codes)
    yield from _facet_faults(scheme, codes)
    for number, direction in enumerate(scheme.directions):
        if direction.id not in DIRECTIONS:
            yield Fault(("directions", number, "id"), _unknown_direction(direction.id))
    yield from _lemma_faults(scheme)
    for kind, phrases in vars(scheme.direction_cues).items():
        yield from _phrase_faults(("direction_cues", kind), phrases, scheme)
    yield from _phrase_faults(("subject",), scheme.subject, scheme)
    for group, phrases in scheme.word_groups.items():
        yield from _phrase_faults(("word_groups", group), phrases, scheme)
    for number, descriptor in enumerate(scheme.descriptors):
        path: YamlPath = ("descriptors", number)
        if descriptor.value_type in {"one_of", "some_of"} and not descriptor.values:
            yield Fault(path, f"{descriptor.id}: is chosen from values, but lists none")
        yield from _phrase_faults((*path, "indicators"), descriptor.indicators, scheme)
        for position, value in enumerate(descriptor.values):
            yield from _phrase_faults((*path, "values", position, "indicators"), value.indicators, scheme)


def _theme_faults(scheme: CodingScheme, codes: list[str]) -> Iterator[Fault]:
    if not codes:
        yield Fault(("themes",), "there is no code in any theme")
    elif not scheme.active_codes:
        yield Fault(("themes",), "every code is retired; none is left to code with")
    for number, theme in enumerate(scheme.themes):
        yield from _missing_words(("themes", number), theme)
        for position, code in enumerate(theme.codes):
            yield from _code_faults(("themes", number, "codes", position), code, scheme, codes)


def _facet_faults(scheme: CodingScheme, codes: list[str]) -> Iterator[Fault]:
    themes = [theme.id for theme in scheme.themes]
    for number, facet in enumerate(scheme.facets):
        if not facet.values:
            yield Fault(("facets", number, "values"), f"{facet.id}: lists no value")
        for position, place in enumerate(facet.applies_to):
            if place not in {*codes, *themes}:
                yield Fault(
                    ("facets", number, "applies_to", position),
                    f"names unknown code or theme {place!r}. Known: {_known([*themes, *codes])}.",
                )


def _changelog_faults(scheme: CodingScheme, codes: list[str]) -> Iterator[Fault]:
    """Versions in order, every name known, and the first number raised where a meaning changed."""
    numbered = [(version_parts(entry.version), at, entry) for at, entry in enumerate(scheme.changelog)]
    for parts, at, entry in numbered:
        if not parts:
            yield Fault(("changelog", at, "version"), _no_version(entry.version))
        elif () != version_parts(scheme.version) < parts:
            why = f"{entry.version} is later than the version of the scheme, {scheme.version}"
            yield Fault(("changelog", at, "version"), why)
    numbered.sort(key=lambda each: each[:2])
    later: set[str] = set()
    for parts, at, entry in reversed(numbered):
        later |= {*entry.renamed, *entry.merged, *entry.split}
        for path, name in _names_of_now(entry):
            if name not in codes and name not in later:
                yield Fault(("changelog", at, *path), f"names unknown code {name!r}. Known: {_known(codes)}.")
        before = next((each for each in reversed(numbered) if each[0] < parts), None)
        if entry.changes_meaning and before and parts[:1] == before[0][:1]:
            yield Fault(
                ("changelog", at, "version"),
                f"{entry.version} changes what codes mean, so its first number must be higher than that of "
                f"{before[2].version}: {before[0][0] + 1}.0",
            )
    for number in range(1, len(numbered)):
        parts, at, entry = numbered[number]
        if parts and parts == numbered[number - 1][0]:
            yield Fault(("changelog", at, "version"), f"{entry.version} stands twice; join the two entries")


def _names_of_now(entry: SchemeChange) -> Iterator[tuple[YamlPath, str]]:
    """The codes that a version named as they are called from then on."""
    for kind in ("meaning", "reworded", "added", "retired"):
        for position, name in enumerate(getattr(entry, kind)):
            yield (kind, position), name
    for kind in ("renamed", "merged"):
        for old, new in getattr(entry, kind).items():
            yield (kind, old), new
    for old, parts in entry.split.items():
        for position, new in enumerate(parts):
            yield ("split", old, position), new


def _no_version(version: str) -> str:
    return f"{version!r} is no version. Write numbers joined by dots, for instance '1.0'"


def _repeated_ids(scheme: CodingScheme) -> Iterator[Fault]:
    places: list[tuple[YamlPath, str]] = []
    for number, theme in enumerate(scheme.themes):
        places.append((("themes", number, "id"), theme.id))
        places += [(("themes", number, "codes", at, "id"), code.id) for at, code in enumerate(theme.codes)]
    lists = [places]
    for name in ("directions", "facets", "descriptors"):
        lists.append([((name, at, "id"), noun.id) for at, noun in enumerate(getattr(scheme, name))])
    for name in ("facets", "descriptors"):
        for at, noun in enumerate(getattr(scheme, name)):
            lists.append([((name, at, "values", i, "id"), value.id) for i, value in enumerate(noun.values)])
    for listed in lists:
        first: dict[str, YamlPath] = {}
        for path, name in listed:
            if not name.strip():
                yield Fault(path, "is empty")
            if name in first:
                where = ".".join(str(part) for part in first[name])
                yield Fault(path, f"the id {name!r} is used twice (first at {where})")
            first.setdefault(name, path)


def _missing_words(path: YamlPath, noun: Theme | Code) -> Iterator[Fault]:
    for name in ("label", "definition"):
        wording: Wording = getattr(noun, name)
        if not (wording.en.strip() or wording.da.strip()):
            yield Fault((*path, name), f"{noun.id}: the {name} is missing")


def _code_faults(path: YamlPath, code: Code, scheme: CodingScheme, codes: list[str]) -> Iterator[Fault]:
    yield from _missing_words(path, code)
    for name in ("indicators", "weak_indicators"):
        yield from _phrase_faults((*path, name), getattr(code, name), scheme, groups=True)
    yield from _phrase_faults((*path, "exclude_phrases"), code.exclude_phrases, scheme)
    for position, other in enumerate(code.often_coded_with):
        if other not in codes:
            yield Fault(
                (*path, "often_coded_with", position),
                f"names unknown code {other!r}. Known: {_known(codes)}.",
            )
    for position, direction in enumerate(code.direction.allowed):
        if direction not in DIRECTIONS:
            yield Fault((*path, "direction", "allowed", position), _unknown_direction(direction))
    typical = code.direction.typical
    if typical not in DIRECTIONS:
        yield Fault((*path, "direction", "typical"), _unknown_direction(typical))
    elif typical not in code.direction.allowed:
        yield Fault(
            (*path, "direction", "typical"),
            f"{typical!r} is not allowed for {code.id}. Allowed: {_listed(code.direction.allowed)}.",
        )


def _lemma_faults(scheme: CodingScheme) -> Iterator[Fault]:
    for language, lemmas in scheme.lemmas.items():
        if language not in scheme.languages:
            yield Fault(
                ("lemmas", language),
                f"{language!r} is not a language of this scheme. Known: {', '.join(scheme.languages)}.",
            )
        for form, lemma in lemmas.items():
            for word in (form, lemma):
                if not re.fullmatch(r"[\w'’.]*\w[\w'’.]*", word) or word != word.lower():
                    yield Fault(
                        ("lemmas", language, form),
                        f"{word!r} is not one word in lower case, as in udsatte: udsat",
                    )


def _phrase_faults(
    path: YamlPath, phrases: Phrases, scheme: CodingScheme, *, groups: bool = False
) -> Iterator[Fault]:
    for language, listed in phrases.items():
        if language not in scheme.languages:
            yield Fault(
                (*path, language),
                f"{language!r} is not a language of this scheme. Known: {', '.join(scheme.languages)}.",
            )
        for position, phrase in enumerate(listed):
            words, company = parted_company(phrase) if groups else (phrase.split(), ())
            why = _unusable(" ".join(words))
            if why:
                yield Fault((*path, language, position), f"{phrase!r} cannot be looked for: {why}")
            for group in company:
                if not scheme.word_groups.get(group, {}).get(language):
                    known = _known(
                        [name for name, listed in scheme.word_groups.items() if language in listed]
                    )
                    yield Fault(
                        (*path, language, position),
                        f"names unknown word group '@{group}'. Known for {language}: {known}.",
                    )


def _unusable(phrase: str) -> str:
    if not phrase.strip():
        return "it is empty"
    for word in phrase.split():
        if word != "[0-9]+" and not re.search(r"\w", word.replace("_", "")):
            return f"{word!r} holds no letter or digit"
        if word != "[0-9]+" and re.search(r"[\[\]()+?|\\^${}@]", word):
            return f"{word!r} holds signs other than letters, digits, hyphens and * (a number is [0-9]+)"
    return ""


def _unknown_direction(name: str) -> str:
    return f"unknown direction {name!r}. Known: {', '.join(DIRECTIONS)}."


def _known(names: list[str]) -> str:
    return _listed(sorted(names))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
