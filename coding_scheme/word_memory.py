"""What tokenizer and dictionaries said of words, kept in a file, so that the next run need not load them.

All of it follows from the words and the installed packages: with the file or without it the outcome is the
same. It is plain JSON, so that nothing in a review folder is ever run.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from coding_scheme.language import known_lemmas, written_words
from corpus.json_text import from_json
from corpus.languages import READ_LANGUAGES, known_words
from corpus.lately_met import KEPT, LatelyMet

# to be raised when the same word would be taken apart in another way
FORMAT = 1
_read: set[tuple[str, int, tuple[str, ...]]] = set()


@contextmanager
def words_remembered(path: Path, languages: tuple[str, ...] = READ_LANGUAGES) -> Iterator[None]:
    """Know the words of an earlier run, and keep those met meanwhile.

    Parameters
    ----------
    path : Path
        A JSON file. One that is missing, torn or of other versions counts as empty; where it cannot be
        written nothing is kept.
    languages : tuple of str
        Whose words are kept.

    Examples
    --------
    >>> import tempfile
    >>> from coding_scheme.language import sentences
    >>> path = Path(tempfile.mkdtemp(), ".cache", "words.json")
    >>> with words_remembered(path):
    ...     _ = sentences("Trust grew (slowly).", "en")
    >>> json.loads(path.read_text(encoding="utf-8"))["tokens"]["en"]["(slowly)."]
    '( slowly ) .'
    """
    _recall(path, languages)
    sizes = {language: _sizes(language) for language in languages}
    yield
    if any(sizes[language] != _sizes(language) for language in languages):
        with suppress(OSError):
            _write(path, languages)


def _recall(path: Path, languages: tuple[str, ...] = READ_LANGUAGES) -> None:
    try:
        state = (str(path), path.stat().st_mtime_ns, languages)
        if state in _read:
            return
        _read.add(state)
        kept = from_json(_sound(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return
    if isinstance(kept, dict) and kept.get("made_with") == _made_with():
        know(kept, languages)


def known(languages: tuple[str, ...] = READ_LANGUAGES) -> dict[str, Any]:
    """What is known of words by now, for another process to :func:`know`."""
    return {
        "tokens": {language: written_words(language).tokens.both() for language in languages},
        "lemmas": {language: known_lemmas(language).both() for language in languages},
        "known": {language: known_words(language).both() for language in languages},
    }


def know(kept: Mapping[str, Any], languages: tuple[str, ...] = READ_LANGUAGES) -> None:
    """Learn what is known of words elsewhere (:func:`known`); what cannot be right is left out."""
    for language in languages:
        tokens = _part(kept, "tokens", language, str)
        # they must make up the word, or a quotation would stand elsewhere than it says
        whole = {word: said for word, said in tokens.items() if said.replace(" ", "") == word}
        _fill(written_words(language).tokens, whole)
        _fill(known_lemmas(language), _part(kept, "lemmas", language, str))
        if language in READ_LANGUAGES:
            _fill(known_words(language), _part(kept, "known", language, bool))


def _part(kept: Mapping[str, Any], name: str, language: str, kind: type) -> dict[str, Any]:
    found = kept.get(name)
    words = found.get(language) if isinstance(found, dict) else None
    if not isinstance(words, dict) or len(words) > 2 * KEPT:
        return {}
    return {word: said for word, said in words.items() if isinstance(said, kind) and said != ""}


def _fill(met: LatelyMet[str, Any], more: dict[str, Any]) -> None:
    for word, said in more.items():
        met.setdefault(word, said)


def _sizes(language: str) -> tuple[int, ...]:
    return len(written_words(language).tokens), len(known_lemmas(language)), len(known_words(language))


def _write(path: Path, languages: tuple[str, ...]) -> None:
    kept = {"made_with": _made_with(), **known(languages)}
    path.parent.mkdir(exist_ok=True)
    # never half a file, even when two people read at once
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    unfinished.write_text(f"{_begin(text[1:])}{text[1:]}", encoding="utf-8")
    unfinished.replace(path)


def _begin(rest: str) -> str:
    return f'{{"sha256":"{hashlib.sha256(rest.encode()).hexdigest()}",'


def _sound(text: str) -> str:
    """The text of the file as it was written; nothing where a letter of it is another."""
    rest = text[len(_begin("")) :]
    return text if text.startswith(_begin(rest)) else ""


@cache
def _made_with() -> dict[str, str]:
    return {"format": str(FORMAT), **{name: version(name) for name in ("spacy", "simplemma")}}
