"""A large export in pieces, so that no more of it need be in memory at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from corpus.encodings import is_misread

# large enough that looking at all lines of a piece at once pays
_SIZE = 1 << 22
_MARK = b"\xef\xbb\xbf"
_LOST_LETTER = "\ufffd".encode()


class NotPlainError(ValueError):
    """A text is not plain UTF-8 throughout: it must be decoded and mended as a whole."""


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
    >>> list(pieces(BytesIO(b"\xef\xbb\xbfa\r\n\r\nb"), lambda data, since: data.rfind(b"\n\n", since) + 2, size=6))
    [b'a\n\n', b'b']
    """
    held, is_first = b"", True
    while chunk := stream.read(size):
        if is_first:
            chunk, is_first = chunk.removeprefix(_MARK), False
        if b"\r" in chunk:
            if chunk.endswith(b"\r"):
                chunk += stream.read(1)
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        since = len(held)
        held += chunk
        if place := cut(held, since):
            yield held[:place]
            held = held[place:]
    if held:
        yield held


def plain(piece: bytes) -> bytes:
    """The piece, when it is UTF-8 in which nothing needs mending.

    Raises
    ------
    NotPlainError
        When it is not UTF-8, holds NUL, or letters that an earlier program read wrongly or lost.
    """
    if b"\0" in piece:
        raise NotPlainError("NUL")
    if not piece.isascii():
        try:
            text = piece.decode()
        except UnicodeDecodeError as fault:
            raise NotPlainError(str(fault)) from None
        if _LOST_LETTER in piece or is_misread(text):
            raise NotPlainError("letters were lost or read wrongly")
    return piece
