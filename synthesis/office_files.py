"""Word and Excel files without a clock: the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

# the first moment that a zip file can name
_EARLIEST = datetime(1980, 1, 1)
_TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def without_clock(data: bytes, as_of: str = "") -> bytes:
    """An Office file whose members and properties say the time of the data, not that of the machine.

    Parameters
    ----------
    data : bytes
        A .docx or .xlsx file.
    as_of : str
        ISO 8601, as of which the file says it was made; 1 January 1980 when it is no time.

    Examples
    --------
    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w") as parts:
    ...     parts.writestr("docProps/core.xml", "<dcterms:created a=''>now</dcterms:created>")
    >>> cleaned = zipfile.ZipFile(io.BytesIO(without_clock(made.getvalue(), "2026-11-03T10:00:00Z")))
    >>> cleaned.read("docProps/core.xml").decode(), cleaned.infolist()[0].date_time
    ("<dcterms:created a=''>2026-11-03T10:00:00Z</dcterms:created>", (1980, 1, 1, 0, 0, 0))
    """
    said = time_of(as_of).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for member in before.infolist():
            content = before.read(member)
            if member.filename == "docProps/core.xml":
                content = _TIMES.sub(lambda found: found[1] + said + found[3], content)
            kept = zipfile.ZipInfo(member.filename, _EARLIEST.timetuple()[:6])
            kept.compress_type = zipfile.ZIP_DEFLATED
            kept.external_attr = 0o644 << 16
            # what made the file is no part of its content
            kept.create_system = 3
            after.writestr(kept, content, compresslevel=6)
    return out.getvalue()


def time_of(as_of: str) -> datetime:
    """The time of the data, without a zone; 1 January 1980 when it is none.

    Examples
    --------
    >>> time_of("2026-11-03T10:00:00Z"), time_of("")
    (datetime.datetime(2026, 11, 3, 10, 0), datetime.datetime(1980, 1, 1, 0, 0))
    """
    try:
        return max(_EARLIEST, datetime.fromisoformat(as_of[:19].removesuffix("Z")).replace(tzinfo=None))
    except ValueError:
        return _EARLIEST
