"""The coding scheme of a review through its versions: those that decisions were made under are kept."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from coding_scheme import (
    CodingDecision,
    CodingScheme,
    EditedScheme,
    at_their_words,
    coding_decisions,
    read_coding_scheme,
    scheme_diff,
    stale_decisions,
    version_faults,
    version_parts,
)
from coding_scheme.carried import HASH_LETTERS
from coding_scheme.coded_units import FIELDS
from corpus import ReviewError, UsageError
from corpus.errors import counted
from corpus.json_text import from_json
from corpus.undone import standing_lines
from samsyn.screening_desk import ScreeningDesk

SCHEMES = "schemes"
CURRENT = "coding_scheme.yaml"


@dataclass(frozen=True)
class KeptScheme:
    """A version of the coding scheme and the file it stands in."""

    path: Path
    scheme: CodingScheme

    @property
    def name(self) -> str:
        """What ``--scheme`` takes: version and hash, or the path of a file elsewhere."""
        return self.path.stem

    @property
    def digest(self) -> str:
        """The first letters of the hash that decisions made under it carry."""
        return self.name.rpartition("-")[2]


class SchemeDesk(ScreeningDesk):
    """The part of :class:`~samsyn.Review` that is about the versions of its coding scheme.

    ``schemes/VERSION-HASH.yaml`` are copies of ``coding_scheme.yaml``, made whenever a decision is made or a
    report rendered under a version that is not there yet, and before ``samsyn scheme`` changes it. Earlier
    decisions are compared with them, and earlier reports rendered from them.
    """

    # an earlier scheme to see the review in; decisions made under later ones are left out
    _as_of: KeptScheme | None = None

    def keep_scheme(self) -> Path:
        """Keep a copy of the coding scheme as it is now; return where it stands."""
        scheme = self.scheme
        if self._as_of is not None:
            return self._as_of.path
        version = re.sub(r"[^\w.-]", "_", scheme.version)
        path = self.folder / SCHEMES / f"{version}-{scheme.hash[:HASH_LETTERS]}.yaml"
        if not path.exists():
            partial = path.with_suffix(".partial")
            try:
                path.parent.mkdir(exist_ok=True)
                partial.write_bytes((self.folder / CURRENT).read_bytes())
                partial.replace(path)
            except OSError as error:
                raise ReviewError(f"The scheme was not kept: {error.strerror}.", where=str(path)) from error
        return path

    def kept_schemes(self) -> list[KeptScheme]:
        """The versions that were kept, the earliest first."""

        def read() -> list[KeptScheme]:
            paths = sorted((self.folder / SCHEMES).glob("*.yaml"), key=lambda path: path.name)
            kept = [KeptScheme(path, read_coding_scheme(path)) for path in paths]
            return sorted(kept, key=lambda each: version_parts(each.scheme.version))

        return list(self._remembered("schemes", (f"{SCHEMES}/*.yaml",), read))

    def find_scheme(self, which: str | Path) -> KeptScheme:
        """The scheme in a file, a kept one by its version or by its name, or the present one by its version.

        Raises
        ------
        UsageError
            When there is none, or several of that version.
        """
        path = Path(which)
        if path.suffix in (".yaml", ".yml"):
            here = self.folder / path
            return KeptScheme(path, read_coding_scheme(path if path.exists() or not here.exists() else here))
        kept = self.kept_schemes()
        named = [each for each in kept if str(which) in (each.name, each.scheme.version)]
        if len(named) == 1:
            return named[0]
        names = ", ".join(each.name for each in named or kept) or "none yet"
        if named:
            raise UsageError(
                f"Several schemes of version {which} were kept.", next_step=f"Name one: {names}."
            )
        if str(which) == self.scheme.version:
            return KeptScheme(self.folder / CURRENT, self.scheme)
        raise UsageError(f"No scheme of version {which} was kept.", next_step=f"Known: {names}.")

    def scheme_diff(self, old: str | Path = "", new: str | Path = "") -> pd.DataFrame:
        """What changed between two schemes (columns: ``coding_scheme.scheme_diff``), with n_stale.

        ``old`` and ``new`` are files, versions or names; by default the last kept scheme that differs from
        the present one, and the present one. n_stale counts this review's decisions that wait for a person.
        """
        before, after = self.schemes_to_compare(old, new)
        changes = scheme_diff(before, after)
        counts = Counter(stale_decisions(self._coding_as_made(), after, self._kept_by_hash())["code_id"])
        n_stale = [
            counts[row["code_id"]] if row["stale"] and row["code_id"] else 0
            for row in changes.to_dict("records")
        ]
        return changes.assign(n_stale=pd.Series(n_stale, index=changes.index, dtype="int64"))

    def schemes_to_compare(
        self, old: str | Path = "", new: str | Path = ""
    ) -> tuple[CodingScheme, CodingScheme]:
        """Two schemes by file, version or name; by default the last one kept and the present one."""
        after = self.find_scheme(new).scheme if new else self.scheme
        if old:
            return self.find_scheme(old).scheme, after
        others = [each for each in self.kept_schemes() if not self._is(each, after)]
        if not others:
            raise UsageError(
                "No other version of the coding scheme was kept.",
                next_step="Name two files: samsyn scheme diff OLD.yaml NEW.yaml",
            )
        return others[-1].scheme, after

    def stale_decisions(self) -> pd.DataFrame:
        """Coding decisions that a person must look at again (columns: ``coding_scheme.stale_decisions``)."""
        return stale_decisions(self._coding_as_made(), self.scheme, self._kept_by_hash())

    def scheme_faults(self) -> list[str]:
        """What the versions of the scheme do not say, and the decisions that wait because of it, in words."""
        try:
            used = {str(line.get("scheme_hash", ""))[:HASH_LETTERS] for line in self._lines("coding")}
            kept = [each for each in self.kept_schemes() if each.digest in used]
        except ReviewError as fault:
            return [f"{SCHEMES}/{fault}"]
        faults = []
        if kept:
            latest = version_parts(kept[-1].scheme.version)
            for each in kept:
                if version_parts(each.scheme.version) == latest and not self._is(each, self.scheme):
                    faults += version_faults(each.scheme, self.scheme)
        faults = [f"{CURRENT}: {fault}" for fault in dict.fromkeys(faults)]
        for _, rows in self.stale_decisions().groupby(["code_id", "why", "now"], sort=True):
            faults.append(_in_words(rows))
        return faults

    def scheme_notes(self) -> list[str]:
        """Coding decisions made under a scheme that is not kept, or newer than the present one, in words."""
        here = {each.digest for each in self.kept_schemes()} | {self.scheme.hash[:HASH_LETTERS]}
        now, made = version_parts(self.scheme.version), Counter[tuple[str, str]]()
        for line in standing_lines(self._lines("coding")):
            if line.get("type") == "coding" and line.get("scheme_hash"):
                made[str(line.get("scheme_version", "")), str(line["scheme_hash"])[:HASH_LETTERS]] += 1
        notes = []
        for (version, digest), n in sorted(made.items()):
            said = f"{counted(n, 'coding decision')} of version {version} of the coding scheme"
            if digest not in here:
                notes.append(
                    f"{said}: {SCHEMES}/ does not hold it, so that what changed since cannot be seen. "
                    f"Take it from the copy that has it: samsyn merge"
                )
            if version_parts(version) > now:
                notes.append(
                    f"{said}: {CURRENT} is older, version {self.scheme.version}. Put the newer one in its "
                    "place, or say in its changelog what became of them"
                )
        return notes

    def change_scheme(self, change: Callable[[str], EditedScheme]) -> EditedScheme:
        """Change the text of ``coding_scheme.yaml`` with :func:`coding_scheme.rename_code` and the like.

        The scheme as it was is kept where decisions were made under it; the new text is read and checked
        before it takes the old one's place.
        """
        path = self.folder / CURRENT
        if any(line.get("scheme_version") == self.scheme.version for line in self._lines("coding")):
            self.keep_scheme()
        edited = change(path.read_text(encoding="utf-8-sig"))
        with tempfile.TemporaryDirectory() as folder:
            tried = Path(folder) / CURRENT
            tried.write_text(edited.text, encoding="utf-8", newline="")
            after = read_coding_scheme(tried)
        edited = replace(edited, to_do=" ".join(filter(None, [edited.to_do, self._still_named(after)])))
        partial = path.with_suffix(".partial")
        try:
            partial.write_text(edited.text, encoding="utf-8", newline="")
            partial.replace(path)
        except OSError as error:
            raise ReviewError(f"The scheme was not changed: {error.strerror}.", where=str(path)) from error
        return edited

    def _still_named(self, after: CodingScheme) -> str:
        """What the author's file still calls by the ids of codes that are no more, in words."""
        path = self.folder / "synthesis.yaml"
        told = path.read_text(encoding="utf-8-sig", errors="replace") if path.exists() else ""
        used = {code.id for code in after.codes if code.status != "retired"}
        gone = [code.id for code in self.scheme.codes if code.id not in used]
        named = [code for code in gone if re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", told)]
        return f"synthesis.yaml still names {', '.join(named)}: write what it is called now." if named else ""

    def refuse_retired(self, decisions: Iterable[CodingDecision], file: str) -> None:
        """Refuse new decisions on codes that are retired; taking back an old one is possible.

        Raises
        ------
        UsageError
            With the codes, and what the changelog says of them.
        """
        retired = {code.id for code in self.scheme.codes if code.status == "retired"}
        used = sorted({each.code_id for each in decisions if each.value != "withdrawn"} & retired)
        if not used:
            return
        became: dict[str, list[str]] = {}
        for entry in self.scheme.changelog:
            for old, new in entry.merged.items():
                became.setdefault(old, []).append(new)
            for old, parts in entry.split.items():
                became.setdefault(old, []).extend(parts)
        told = [f"{name} (use {' or '.join(became[name])})" if name in became else name for name in used]
        raise UsageError(f"{file}: retired codes, no decision was saved: {', '.join(told)}.")

    # --- inside -----------------------------------------------------------------------------------------

    def _kept_by_hash(self) -> dict[str, CodingScheme]:
        return {each.digest: each.scheme for each in self.kept_schemes()}

    def _is(self, kept: KeptScheme, scheme: CodingScheme) -> bool:
        return kept.scheme.hash == scheme.hash

    def _coding_as_made(self) -> pd.DataFrame:
        made = self._in_unique_records(coding_decisions(self._lines("coding")))
        coded = set(made.loc[made["start"] >= 0, "record_id"])
        return at_their_words(made, self.record_columns("record_id", *FIELDS, only=coded)) if coded else made

    def _is_counted(self, line: Mapping[str, Any]) -> bool:
        """Whether a line of the coding journal was there under the scheme the review is seen in."""
        if self._as_of is None or line.get("type") != "coding":
            return True
        return version_parts(str(line.get("scheme_version", ""))) <= version_parts(self._as_of.scheme.version)

    def _scheme_bytes(self) -> dict[str, bytes]:
        """What the outputs are computed from: the scheme, and earlier ones that decisions were made under."""
        used = {str(line.get("scheme_hash", ""))[:HASH_LETTERS] for line in self._lines("coding")}
        now = self._as_of.path if self._as_of else self.folder / CURRENT
        read = {CURRENT: now.read_bytes() if now.exists() else b""}
        for each in self.kept_schemes():
            if each.digest in used and not self._is(each, self.scheme):
                read[f"{SCHEMES}/{each.path.name}"] = each.path.read_bytes()
        return read

    def _counted_bytes(self, path: Path) -> bytes:
        """A journal as it was under the scheme the review is seen in."""
        data = path.read_bytes() if path.exists() else b""
        if self._as_of is None or path.parent.name != "coding":
            return data
        lines = data.splitlines(keepends=True)
        return b"".join(line for line in lines if self._is_counted(_as_mapping(line)))


def _in_words(stale: pd.DataFrame) -> str:
    """The stale decisions on one code in a sentence."""
    first = stale.iloc[0]
    records = list(dict.fromkeys(stale["record_id"]))
    shown = ", ".join(records[:5]) + (f" and {len(records) - 5} more" if len(records) > 5 else "")
    codes = str(first["now"]).replace("; ", " or ")
    again = f"code them again on {codes}" if codes else "say in the changelog what became of it"
    people = ", ".join(sorted(set(stale["person"])))
    n = counted(len(stale), "decision")
    return f"stale: {n} of {people} on {first['code_id']} ({first['why']}): {shown}; {again}."


def _as_mapping(raw: bytes) -> dict[str, Any]:
    try:
        line = from_json(raw)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
