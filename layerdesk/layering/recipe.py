"""What decides a layering result: the recipe (settings, as JSON) and the engines that carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from layerdesk.errors import LayerDeskError
from layerdesk.layering.protocols import FontLibrary, Inpainter, Saliency, TextRecogniser


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Settings of one layering. Same image + same recipe + same versions = same bytes."""

    ocr: str = "rapidocr"
    """'rapidocr' or 'tesseract', or the name of a plug-in."""
    languages: str = "eng"
    """Tesseract's language codes joined by '+'; other engines ignore it."""
    saliency: str = "u2netp"
    """'u2netp', 'none', or the name of a plug-in."""
    texture: str = "patchmatch"
    """What fills holes in texture: 'patchmatch', 'none' (smooth fill only), or the name of a plug-in."""
    find_text: bool = True
    find_objects: bool = True
    min_text_confidence: float = 0.5
    """Lines that the recogniser is less sure of stay in the picture."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Recipe:
        """The recipe that `data` names. Settings it leaves out have their defaults; one of the wrong type or an unknown one is refused."""
        known = {field.name: field.type for field in fields(Recipe)}
        checks = {"str": str, "bool": bool, "float": (int, float)}
        for key, value in data.items():
            if key == "engines":
                continue
            if key not in known:
                raise LayerDeskError(f"the recipe names an unknown setting, {key!r}; known are {', '.join(known)}")
            if not isinstance(value, checks[str(known[key])]):  # type: ignore[arg-type]
                raise LayerDeskError(f"the recipe's setting {key!r} has a value of the wrong type; it must be a {known[key]}")
        return Recipe(**{key: value for key, value in data.items() if key in known})


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSet:
    """The engines a layering has at hand; None where one is missing or not wanted, with the reason in `notes`."""

    recogniser: TextRecogniser | None = None
    saliency: Saliency | None = None
    texture: Inpainter | None = None
    fonts: FontLibrary | None = None
    notes: tuple[str, ...] = ()

    def versions(self) -> dict[str, str]:
        """Name and version of each engine, as they go into the stored recipe."""
        engines = (self.recogniser, self.saliency, self.texture)
        return {engine.name: engine.version for engine in engines if engine is not None}
