"""The engines there are, which of them can run here, and the set that a recipe asks for."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from layerdesk.layering.protocols import Engine, FontLibrary, Inpainter, Saliency, TextRecogniser
from layerdesk.layering.recipe import EngineSet, Recipe

Kind = Literal["text", "saliency", "texture", "fonts"]
Factory = Callable[[Recipe], Engine]
GROUP = "layerdesk.engines"
"""Entry-point group of plug-ins: the name is the engine's, the object a callable without arguments that gives an Engine."""

_METHODS: Mapping[Kind, str] = {"text": "recognise", "saliency": "subject", "texture": "fill"}
_TITLES: Mapping[Kind, str] = {
    "text": "text recogniser",
    "saliency": "subject finder",
    "texture": "texture fill",
    "fonts": "font library",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """One engine as `doctor` and the settings show it."""

    name: str
    kind: Kind
    version: str
    missing: str | None
    """None where it can run; else one sentence with the command that mends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plugins:
    factories: Mapping[tuple[Kind, str], Factory]
    broken: Mapping[str, str]
    """By entry point's name, the sentence that says what is wrong with it."""


def statuses() -> tuple[EngineStatus, ...]:
    """Every engine that is known here, whether it can run or not, plug-ins and broken plug-ins included."""
    recipe = Recipe()
    plugins = _plugins()
    found = []
    for (kind, _), factory in sorted({**_BUILT_IN, **plugins.factories}.items()):
        engine = factory(recipe)
        found.append(EngineStatus(name=engine.name, kind=kind, version=engine.version, missing=engine.missing()))
    broken = [EngineStatus(name=name, kind="text", version="", missing=text) for name, text in sorted(plugins.broken.items())]
    return (*found, *broken)


def names(kind: Kind) -> tuple[str, ...]:
    """The engines of a kind that a recipe may name, whether they can run or not."""
    return tuple(name for of, name in sorted({**_BUILT_IN, **_plugins().factories}) if of == kind)


def engine_set(recipe: Recipe) -> EngineSet:
    """The engines that `recipe` asks for. One that cannot run is None and its sentence stands in `notes`.

    Nothing heavy is loaded here: an engine loads its library and model when it is first used.
    """
    notes: list[str] = []
    wanted: tuple[tuple[Kind, str], ...] = (
        ("text", recipe.ocr if recipe.find_text else "none"),
        ("saliency", recipe.saliency if recipe.find_objects else "none"),
        ("texture", recipe.texture),
        ("fonts", "installed"),
    )
    engines = {kind: _made(kind, name, recipe, notes) for kind, name in wanted}
    return EngineSet(
        recogniser=cast("TextRecogniser | None", engines["text"]),
        saliency=cast("Saliency | None", engines["saliency"]),
        texture=cast("Inpainter | None", engines["texture"]),
        fonts=cast("FontLibrary | None", engines["fonts"]),
        notes=tuple(notes),
    )


def _made(kind: Kind, name: str, recipe: Recipe, notes: list[str]) -> Engine | None:
    if name == "none":
        return None
    plugins = _plugins()
    factory = _BUILT_IN.get((kind, name)) or plugins.factories.get((kind, name))
    if factory is None:
        known = ", ".join(names(kind))
        notes.append(plugins.broken.get(name) or f"there is no {_TITLES[kind]} called {name!r}; choose one of {known}")
        return None
    engine = factory(recipe)
    sentence = engine.missing()
    if sentence is not None:
        notes.append(sentence)
        return None
    return engine


@cache
def _plugins() -> _Plugins:
    factories: dict[tuple[Kind, str], Factory] = {}
    broken: dict[str, str] = {}
    for point in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: point.name):
        try:
            make = point.load()
            engine = make()
            kind = _kind_of(engine)
            _ = engine.name, engine.version, engine.missing()
        except Exception as failure:  # a plug-in is anybody's code: whatever it raises, the program goes on without it
            broken[point.name] = f"the plug-in {point.name!r} ({point.value}) does not work: {failure}; update or uninstall it"
            continue
        factories[kind, point.name] = cast("Factory", lambda _recipe, make=make: make())
    return _Plugins(factories=factories, broken=broken)


def _kind_of(engine: Any) -> Kind:
    for kind, method in _METHODS.items():
        if callable(getattr(engine, method, None)):
            return kind
    raise TypeError("it has none of the methods recognise, subject and fill")


def _rapidocr(recipe: Recipe) -> Engine:
    del recipe
    from layerdesk.engines.rapidocr_engine import RapidOcr

    return RapidOcr()


def _tesseract(recipe: Recipe) -> Engine:
    from layerdesk.engines.tesseract_engine import Tesseract

    return Tesseract(languages=recipe.languages)


def _u2netp(recipe: Recipe) -> Engine:
    del recipe
    from layerdesk.engines.u2netp import U2Netp

    return U2Netp()


def _patchmatch(recipe: Recipe) -> Engine:
    del recipe
    from layerdesk.engines.patchmatch import PatchMatch

    return PatchMatch()


def _fonts(recipe: Recipe) -> Engine:
    del recipe
    from layerdesk.engines.fonts import InstalledFonts

    return InstalledFonts()


_BUILT_IN: Mapping[tuple[Kind, str], Factory] = {
    ("text", "rapidocr"): _rapidocr,
    ("text", "tesseract"): _tesseract,
    ("saliency", "u2netp"): _u2netp,
    ("texture", "patchmatch"): _patchmatch,
    ("fonts", "installed"): _fonts,
}
