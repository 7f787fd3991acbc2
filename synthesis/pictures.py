"""Drawings as pictures (PNG), for programs that do not read SVG."""

from __future__ import annotations

from corpus.errors import UsageError

ENLARGED = 2  # pixels per unit: sharp at twice the size, and in print


def require_pictures() -> None:
    """Stop when the program that makes pictures is not there.

    Raises
    ------
    UsageError
        Says how to install it.
    """
    try:
        import resvg_py  # noqa: F401, PLC0415 (an extra, asked for by name)
    except ImportError as error:
        raise UsageError(
            "Pictures (PNG) need the package resvg-py, which is not installed.",
            next_step='Install it with pip install "samsyn[png]", or use the SVG files.',
        ) from error


def svg_png(svg: str) -> bytes:
    """A drawing as a PNG picture, twice its size, with the fonts of this machine.

    The same drawing gives the same bytes on one machine; on another, other fonts may be there, so pictures
    are no part of what is compared byte for byte.

    Raises
    ------
    UsageError
        When the package is not installed.
    """
    require_pictures()
    import resvg_py  # noqa: PLC0415 (an extra)

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ENLARGED, background="#ffffff"))
