"""A review folder's own files: they lead nowhere else, and hold people's notes in private."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
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


def keep_private(path: Path) -> None:
    """Keep a file or folder with people's notes from others on this computer, whatever the umask.

    Who may write in the folder that it lies in, as a team may in a folder that it shares, keeps the right to
    read and write. Windows has rights of another kind, which are left as they are.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp(), "decisions")
    >>> folder.mkdir()
    >>> keep_private(folder)
    >>> os.name == "nt" or oct(folder.stat().st_mode & 0o777)
    '0o700'
    """
    if os.name == "nt":
        return
    with suppress(OSError):
        mode = path.stat().st_mode
        path.chmod(rights_in(path.parent, 0o7 if stat.S_ISDIR(mode) else 0o6) | mode & stat.S_ISGID)


def rights_in(folder: Path, own: int) -> int:
    """The rights of what is made in a folder: ``own``, for its owner and for whoever else may write there."""
    above = folder.stat().st_mode
    return own << 6 | (own << 3 if above & stat.S_IWGRP else 0) | (own if above & stat.S_IWOTH else 0)


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
