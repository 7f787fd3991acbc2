"""What Samsyn rests on: the lowest versions it says it runs with, and the licences of what it needs to run.

    python .ci/dependencies.py lowest [EXTRA ...]      the lower bounds of pyproject.toml as NAME==VERSION lines
    python .ci/dependencies.py licences                a table of all that `pip install samsyn` brings along, as it is
                                                       installed beside this Python; ends with 1 where a licence is
                                                       not known here or asks what the MIT licence does not (GPL, AGPL)

Licences under which a part may be used as a library from a program under any licence (LGPL, MPL) are named and pass.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
# in the order in which they are looked for; AGPL and GPL before what permits, so that "GPL or MIT" is looked at
PERMITTED = (
    ("LGPL", r"\bL(esser )?GPL|Lesser General Public|Library or Lesser"), ("AGPL", r"AGPL|Affero"),
    ("GPL", r"\bGPL|GNU General Public"), ("MPL", r"\bMPL|Mozilla"), ("MIT-CMU", r"MIT-CMU|HPND|Historical"),
    ("MIT", r"\bMIT\b|Expat"), ("Apache", r"Apache"), ("BSD", r"BSD|New BSD"), ("ISC", r"\bISC\b"),
    ("PSF", r"PSF|Python Software Foundation|Python-2"), ("CC0", r"CC0"), ("Unlicense", r"Unlicense"),
    ("zlib", r"zlib"), ("0BSD", r"0BSD"),
)  # fmt: skip
REFUSED = ("GPL", "AGPL", "unknown")
# what the package itself does not say in a way that can be read; looked up in its licence file
SAID_IN_ITS_FILE: dict[str, str] = {}


def main(words: list[str]) -> int:
    """Do what the first word says; the exit code."""
    if words[:1] == ["lowest"]:
        print("\n".join(lowest(words[1:])))
        return 0
    if words == ["licences"]:
        refused = 0
        for found in sorted(needed("samsyn"), key=lambda one: one.name.casefold()):
            kind, said = licence(found)
            refused += kind in REFUSED
            print(f"{found.name:32}{found.version:16}{kind:10}{said}")
        print(
            f"{refused} of them refused"
            if refused
            else "All may be used from a program under the MIT licence."
        )
        return 1 if refused else 0
    print(__doc__)
    return 2


def lowest(extras: list[str]) -> list[str]:
    """Each dependency at its lower bound, and those of the extras."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in extras for line in project["optional-dependencies"][extra]),
    ]
    wanted = {}
    for requirement in map(Requirement, lines):
        bounds = [bound.version for bound in requirement.specifier if bound.operator == ">="]
        wanted[requirement.name] = bounds[0]
    return [f"{name}=={version}" for name, version in sorted(wanted.items())]


def needed(
    name: str, extras: frozenset[str] = frozenset(), seen: set[str] | None = None
) -> Iterator[Distribution]:
    """The distributions that one needs, directly and through others, without itself."""
    seen = {name} if seen is None else seen
    for line in distribution(name).requires or []:
        requirement = Requirement(line)
        asked = [""] if not extras else sorted(extras)
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in asked):
            continue
        key = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if key in seen:
            continue
        seen.add(key)
        try:
            yield distribution(key)
        except PackageNotFoundError:
            raise SystemExit(f"{name} needs {requirement}, which is not installed here.") from None
        yield from needed(key, frozenset(requirement.extras), seen)


def licence(found: Distribution) -> tuple[str, str]:
    """The kind of licence, and what the package says: expression, classifiers, or the first line of its text."""
    told = found.metadata.get("License-Expression") or ""
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in found.metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    free = (found.metadata.get("License") or "").strip().split("\n")[0][:60]
    said = told or "; ".join(classifiers) or free or SAID_IN_ITS_FILE.get(found.name, "")
    alternatives = re.split(r"\bOR\b", said) if told else [said]
    kinds = [
        next((kind for kind, sign in PERMITTED if re.search(sign, one)), "unknown") for one in alternatives
    ]
    # of several licences one may choose
    return min(kinds, key=lambda kind: kind in REFUSED), said


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
