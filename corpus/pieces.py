"""A large export in pieces, so that no more of it need be in memory at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from corpus.encodings import mend_misread, said_of_letters

# large enough that looking at all lines of a piece at once pays
_SIZE = 1 << 22
_MARK = b"\xef\xbb\xbf"


@dataclass
class Mending:
    """What was mended in the pieces of a file, as it is in a text read whole (:mod:`corpus.encodings`)."""

    n_mended: int = 0
    n_lost: int = 0

    def mended(self, piece: bytes) -> bytes:
        """The piece without NUL, and with lines mended that an earlier program read wrongly.

        Raises
        ------
        UnicodeDecodeError
            When it is not UTF-8.
        """
        if b"\0" in piece:
            piece = piece.replace(b"\0", b"")
        if piece.isascii():
            return piece
        text, n_mended = mend_misread(piece.decode())
        self.n_mended += n_mended
        self.n_lost += text.count("\ufffd")
        return text.encode() if n_mended else piece

    @property
    def warnings(self) -> list[str]:
        """What is said of it."""
        return said_of_letters(self.n_mended, self.n_lost)


def pieces(stream: BinaryIO, cut: Callable[[bytes, int], int], *, size: int = _SIZE) -> Iterator[bytes]:
    r"""The text of a stream in pieces of about ``size`` bytes, as UTF-8 with line feeds only.

    Parameters
    ----------
    stream : binary file
    cut : callable
        Bytes, and from where on to look -> where the text may be parted, 0 where it may not.
    size : int

    Examples
    --------
    >>> from io import BytesIO
    >>> list(pieces(BytesIO(b"one\r\n\r\ntwo"), lambda data, since: data.rfind(b"\n") + 1, size=6))
    [b'one\n\n', b'two']
    """
    held, is_first = b"", True
    while chunk := stream.read(size):
        if is_first:
            chunk, is_first = chunk.removeprefix(_MARK), False
        if b"\r" in chunk:
            while chunk.endswith(b"\r") and (more := stream.read(1)):
                chunk += more
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        since = len(held)
        held += chunk
        if place := cut(held, since):
            yield held[:place]
            held = held[place:]
    if held:
        yield held
