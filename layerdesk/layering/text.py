"""Text found and measured: each line's characters, ink and setting."""

from __future__ import annotations

from dataclasses import dataclass, replace

from layerdesk.layering.ink import Ink, measure_ink
from layerdesk.layering.protocols import FontLibrary, FoundLine, JobContext, Quad, Rgb, TextRecogniser
from layerdesk.layering.typography import SetLine, set_lines

_MIN_CONTRAST = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One line of text: what was read, where its ink is, how it is set, how sure all that is."""

    text: str
    quad: Quad
    ink: Ink
    setting: SetLine
    confidence: float


def read_lines(
    image: Rgb, recogniser: TextRecogniser, *, min_confidence: float, context: JobContext
) -> tuple[tuple[FoundLine, Ink], ...]:
    """The lines that the engine reads surely enough and whose ink can be found, with that ink."""
    found = recogniser.recognise(image, context=context)
    lines: list[tuple[FoundLine, Ink]] = []
    for line in found:
        context.check()
        if not line.text.strip() or line.confidence < min_confidence:
            continue
        line = replace(line, text=line.text.strip())
        ink = measure_ink(image, line.quad)
        if ink is not None and ink.contrast >= _MIN_CONTRAST:
            lines.append((line, ink))
    return tuple(lines)


def set_read_lines(
    lines: tuple[tuple[FoundLine, Ink], ...], *, fonts: FontLibrary | None, context: JobContext
) -> tuple[ReadLine, ...]:
    """The lines with their typography measured and their confidence weighed."""
    settings = set_lines(tuple(ink for _, ink in lines), tuple(line.text for line, _ in lines), fonts=fonts, context=context)
    return tuple(
        ReadLine(text=line.text, quad=line.quad, ink=ink, setting=setting, confidence=_confidence(line, ink, setting))
        for (line, ink), setting in zip(lines, settings, strict=True)
    )


def _confidence(line: FoundLine, ink: Ink, setting: SetLine) -> float:
    return line.confidence
