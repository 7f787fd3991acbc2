"""Files that are files: a folder from a stranger leads nowhere else, and nothing is read that never ends."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import UsageError

# what is read from a review folder or written in it
_PARTS = ("sources", "decisions", "schemes", "output", ".cache")


def refuse_other_than_file(path: Path) -> None:
    """Refuse a pipe, a device or a socket, which might never end; a missing file or a folder is not judged.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> refuse_other_than_file(Path("/dev/null"))
    Traceback (most recent call last):
    ...
    corpus.errors.UsageError: null is a pipe or a device, not a file. Save what it gives to a file first.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    except ValueError:
        raise UsageError(
            f"{str(path)!r} cannot be the name of a file.", next_step="Check the name."
        ) from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UsageError(
            f"{path.name} is a pipe or a device, not a file.", next_step="Save what it gives to a file first."
        )


def refuse_ways_out(folder: Path) -> None:
    """Refuse a review folder whose own files are links to elsewhere, pipes or devices.

    A folder that somebody sent could else make a report of this computer's other files, or overwrite them.
    The review folder itself may be reached by a link, and files that Samsyn does not know are not looked at.

    Raises
    ------
    UsageError
        With the first one found, by name.
    """
    for entry in _entries(folder):
        name = Path(entry.path).relative_to(folder).as_posix()
        if entry.is_symlink():
            raise UsageError(
                f"{name} in the review folder is a link to another place.",
                next_step="Put the file itself there, if you know where it comes from.",
            )
        if not (entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)):
            raise UsageError(
                f"{name} in the review folder is a pipe or a device, not a file.", next_step="Remove it."
            )


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        own = sorted((entry for entry in found if _is_own(entry.name)), key=lambda entry: entry.name)
    for entry in own:
        yield entry
        if entry.is_dir(follow_symlinks=False):
            for place, _, _ in os.walk(entry.path):
                with os.scandir(place) as found:
                    yield from sorted(found, key=lambda inner: inner.name)


def _is_own(name: str) -> bool:
    return name in _PARTS or name.endswith((".yaml", ".yaml.partial"))
