"""Two versions of a coding scheme: what changed for each code, and which earlier decisions go stale.

What a code means is its definition, when it is used and when not, and the directions it allows. White space,
punctuation, capitals and a translation that was missing change no meaning; nor do labels, examples and
indicators. A meaning that changed wants a higher first number of the version; words that changed without the
meaning are named under ``reworded`` in the changelog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from coding_scheme.changelog import SchemeChange, next_version, version_parts
from coding_scheme.scheme import Code, CodingScheme
from corpus.protocol import Wording

CHANGE_COLUMNS = ("code_id", "change", "what", "now", "stale")
_MEANING = ("definition", "use_when", "do_not_use_when")
_EXAMPLES = ("example", "near_miss")
_INDICATORS = ("indicators", "weak_indicators", "exclude_phrases")


@dataclass(frozen=True)
class Fate:
    """What has become of a code since a decision was made on it.

    Attributes
    ----------
    now : tuple of str
        Where the decision belongs today: one code; several when a person must choose; none when the code is
        gone.
    why : str
        Why the decision is stale; "" when it stands as it is.
    merged : bool
        Whether several codes came together in this one.
    """

    now: tuple[str, ...]
    why: str = ""
    merged: bool = False


def fate_of(code_id: str, version: str, new: CodingScheme, old: CodingScheme | None = None) -> Fate:
    """What has become of a code since a version of the scheme.

    Parameters
    ----------
    code_id : str
        The code as it was called then; ``""`` (read, nothing to code) never changes.
    version : str
        The version of the scheme that the decision was made under.
    new : CodingScheme
        Its changelog is followed from that version on.
    old : CodingScheme, optional
        The scheme of then, where it was kept: its words are compared with those of today.

    Examples
    --------
    >>> from coding_scheme.scheme import Theme
    >>> codes = (Code("trust_partners"), Code("trust_citizens"))
    >>> change = SchemeChange("2.0", split={"trust": ("trust_partners", "trust_citizens")})
    >>> new = CodingScheme("s", Wording(), (Theme("ties", codes),), version="2.0", changelog=(change,))
    >>> fate_of("trust", "1.0", new)
    Fate(now=('trust_partners', 'trust_citizens'), why='split in version 2.0', merged=False)
    >>> fate_of("trust_partners", "2.0", new)
    Fate(now=('trust_partners',), why='', merged=False)
    """
    if not code_id:
        return Fate(("",))
    now, why, merged, reworded = code_id, "", False, False
    for entry in _entries_since(version, new):
        if now in entry.split:
            return Fate(entry.split[now], f"split in version {entry.version}")
        now = entry.renamed.get(now, now)
        merged = merged or now in entry.merged or now in entry.merged.values()
        now = entry.merged.get(now, now)
        # what codes were merged into may have got another name in the same version
        now = entry.renamed.get(now, now)
        reworded = reworded or now in entry.reworded
        if now in entry.meaning:
            why = f"its meaning changed in version {entry.version}"
    if all(code.id != now for code in new.codes):
        return Fate((), f"it is not in version {new.version}, whose changelog does not say what became of it")
    before = _code(old, code_id)
    if before and not why and not merged and not reworded:
        changed = changed_meaning(before, new.code(now))
        why = f"its {' and '.join(changed)} changed in version {new.version}" if changed else ""
    return Fate((now,), why, merged)


def changed_meaning(before: Code, after: Code) -> list[str]:
    """Which parts of a code's meaning are said in other words, for instance ``["definition"]``.

    Examples
    --------
    >>> short = Code("trust", definition=Wording(en="To rely on others."))
    >>> changed_meaning(short, Code("trust", definition=Wording(en="To rely on  others", da="At stole på.")))
    []
    >>> changed_meaning(short, Code("trust", definition=Wording(en="Not to rely on others.")))
    ['definition']
    """
    parts = [
        name.replace("_", " ") for name in _MEANING if _differ(getattr(before, name), getattr(after, name))
    ]
    if set(before.direction.allowed) != set(after.direction.allowed):
        parts.append("allowed directions")
    return parts


def scheme_diff(old: CodingScheme, new: CodingScheme) -> pd.DataFrame:
    """What changed from one version of a coding scheme to another, code by code.

    Returns
    -------
    DataFrame
        Columns code_id (as in ``old``, of added codes as in ``new``), change ("meaning", "words", "label",
        "indicators", "examples", "moved", "renamed", "merged", "split", "retired", "removed", "added",
        "other", and "theme", "rules", "cues", "facets", "descriptors" of the scheme as a whole), what, now
        (ids today, joined by "; "), stale (bool: decisions on the code wait for a person). In the order of
        the schemes.

    Examples
    --------
    >>> from coding_scheme.scheme import Theme
    >>> def scheme(version, code):
    ...     return CodingScheme("s", Wording(), (Theme("ties", (code,)),), version=version)
    >>> old = scheme("1.0", Code("trust", label=Wording("Trust"), definition=Wording("To rely on others")))
    >>> new = scheme("2.0", Code("trust", label=Wording("Trust"), definition=Wording("To expect good will")))
    >>> scheme_diff(old, new)[["code_id", "change", "what", "stale"]].values.tolist()
    [['trust', 'meaning', 'definition', True]]
    """
    rows: list[tuple[str, str, str, str, bool]] = []
    entries = _entries_since(old.version, new)
    for before in old.codes:
        fate = fate_of(before.id, old.version, new, old)
        now = "; ".join(fate.now)
        if len(fate.now) != 1:
            change = "split" if fate.now else "removed"
            rows.append((before.id, change, fate.why, now, True))
            continue
        after = new.code(now)
        rows += [
            (before.id, change, what, now, stale) for change, what, stale in _changes(before, after, fate)
        ]
        if old.theme_of(before.id).id != new.theme_of(now).id:
            rows.append((before.id, "moved", f"to the theme {new.theme_of(now).id}", now, False))
    known = {code.id for code in old.codes} | {new for entry in entries for new in entry.renamed.values()}
    for code in new.codes:
        if code.id not in known:
            rows.append((code.id, "added", "", code.id, False))
    rows += [("", change, what, "", False) for change, what in _of_the_whole(old, new)]
    frame = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))
    return frame.astype({"code_id": "str", "change": "str", "what": "str", "now": "str", "stale": "bool"})


def version_faults(old: CodingScheme, new: CodingScheme) -> list[str]:
    """Where the version does not say what the change is, in words; nothing when it does.

    Examples
    --------
    >>> from coding_scheme.scheme import Theme
    >>> def scheme(version, words):
    ...     code = Code("trust", definition=Wording(words))
    ...     return CodingScheme("s", Wording(), (Theme("ties", (code,)),), version=version)
    >>> print(version_faults(scheme("1.0", "To rely on others"), scheme("1.1", "To expect good will"))[0])
    The meaning of trust changed (definition) from version 1.0 to 1.1: make it version 2.0, or if it means the
    same, make it version 1.1 with reworded: [trust] in the changelog.
    >>> version_faults(scheme("1.0", "To rely on others"), scheme("2.0", "To expect good will"))
    []
    """
    was, is_now = version_parts(old.version), version_parts(new.version)
    if was > is_now:
        return [
            f"The scheme is version {new.version}, but decisions were made under {old.version}: "
            "raise its version."
        ]
    changes = scheme_diff(old, new)
    if is_now[:1] > was[:1]:
        return []
    wanted = f"{(was[0] if was else 0) + 1}.0"
    smaller = new.version if is_now > was else next_version(old.version, major=False)
    faults = []
    for row in changes[changes["stale"]].to_dict("records"):
        code, change = row["code_id"], row["change"]
        if change == "meaning":
            faults.append(
                f"The meaning of {code} changed ({row['what']}) from version {old.version} to {new.version}: "
                f"make it version {wanted}, or if it means the same, make it version {smaller} with "
                f"reworded: [{row['now']}] in the changelog."
            )
        else:
            faults.append(
                f"The code {code} was {change} from version {old.version} to {new.version}: make it "
                f"version {wanted}" + ("." if change == "split" else
                ", and say under changelog what became of it (renamed, merged or split), or keep it with "
                "status: retired.")
            )  # fmt: skip
    return faults


def _entries_since(version: str, scheme: CodingScheme) -> list[SchemeChange]:
    later = [entry for entry in scheme.changelog if version_parts(entry.version) > version_parts(version)]
    return sorted(later, key=lambda entry: version_parts(entry.version))


def _code(scheme: CodingScheme | None, code_id: str) -> Code | None:
    return next((code for code in scheme.codes if code.id == code_id), None) if scheme else None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _differ(before: Wording, after: Wording) -> bool:
    """Whether any language says something else; a language that only one of them has says nothing."""
    both = [(vars(before)[name], vars(after)[name]) for name in vars(before)]
    pairs = [(one, other) for one, other in both if one.strip() and other.strip()]
    if not pairs:
        return any(one.strip() for one, _ in both) or any(other.strip() for _, other in both)
    return any(_words(one) != _words(other) for one, other in pairs)


def _changes(before: Code, after: Code, fate: Fate) -> Iterator[tuple[str, str, bool]]:
    stale = bool(fate.why)
    parts = changed_meaning(before, after)
    if before.id != after.id:
        yield ("merged" if fate.merged else "renamed"), f"to {after.id}", False
    if stale:
        yield "meaning", ", ".join(parts) or fate.why, True
    elif parts and not (fate.merged and before.id != after.id):
        yield "words", ", ".join(parts), False
    elif any(getattr(before, name) != getattr(after, name) for name in _MEANING) and before.id == after.id:
        yield "words", ", ".join(_changed(before, after, _MEANING)), False
    if fate.merged and before.id != after.id:
        return
    for change, names in (("label", ("label",)), ("examples", _EXAMPLES), ("indicators", _INDICATORS),
                          ("other", ("basis", "often_coded_with", "never_strong"))):  # fmt: skip
        if changed := _changed(before, after, names):
            yield change, ", ".join(changed), False
    if before.direction.typical != after.direction.typical:
        yield "other", f"typical direction: {after.direction.typical}", False
    if before.status != after.status:
        yield ("retired" if after.status == "retired" else "other"), f"now {after.status}", False


def _changed(before: Code, after: Code, names: tuple[str, ...]) -> list[str]:
    return [name.replace("_", " ") for name in names if getattr(before, name) != getattr(after, name)]


def _of_the_whole(old: CodingScheme, new: CodingScheme) -> Iterator[tuple[str, str]]:
    themes = {theme.id: theme for theme in old.themes}
    for theme in new.themes:
        was = themes.get(theme.id)
        if was is None:
            yield "theme", f"{theme.id}: new"
        elif (was.label, was.definition) != (theme.label, theme.definition):
            yield "theme", f"{theme.id}: label or definition"
    for gone in sorted(set(themes) - {theme.id for theme in new.themes}):
        yield "theme", f"{gone}: gone"
    if (old.unit_of_coding, old.rules) != (new.unit_of_coding, new.rules):
        yield "rules", "unit of coding or rules"
    if old.direction_cues != new.direction_cues:
        yield "cues", "direction cues"
    if old.lemmas != new.lemmas:
        yield "cues", "lemmas"
    for name in ("facets", "descriptors"):
        if getattr(old, name) != getattr(new, name):
            yield name, name
