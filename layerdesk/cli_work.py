"""The commands `layer` and `export`: a picture or a project in, files out."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from layerdesk.cli_progress import Part, Progress, one_line, say, say_object
from layerdesk.cli_words import WrongCall
from layerdesk.document.document import Document
from layerdesk.errors import LayerDeskError
from layerdesk.formats import exports, images, project
from layerdesk.layering.recipe import Recipe

_LAYERING_SHARE = 0.8
"""Of the time that `layer` takes."""


def layer(arguments: argparse.Namespace) -> None:
    """`layerdesk layer`: one picture to layers in every output."""
    targets = _targets(arguments.outputs, arguments.image)
    recipe = _recipe(arguments)
    path = Path(arguments.image)
    if path.suffix.lower() == project.SUFFIX:
        raise LayerDeskError(f"{path} is a project, which has its layers already; use layerdesk export {path} -o OUT")
    progress = Progress(sys.stderr, quiet=arguments.quiet)
    try:
        # Nothing is reported before the picture is open: a wrong file gets its one line.
        source = images.open_image(path, max_pixels=_max_pixels(arguments))
        from layerdesk.engines.registry import engine_set
        from layerdesk.layering.pipeline import layer_image

        context = Part(whole=progress, start=0.02, end=_LAYERING_SHARE)
        layering = layer_image(source, recipe=recipe, engines=engine_set(recipe), context=context)
        warnings = list(layering.warnings)
        warnings += _write(layering.document, targets, progress, start=_LAYERING_SHARE)
    finally:
        progress.clear()
    stages = [{"name": stage.name, "engine": stage.engine, "seconds": round(stage.seconds, 3)} for stage in layering.stages]
    _tell(arguments, {"image": arguments.image}, layering.document, {"outputs": targets, "stages": stages, "warnings": warnings})


def export(arguments: argparse.Namespace) -> None:
    """`layerdesk export`: a saved project to every output, hand corrections included."""
    targets = _targets(arguments.outputs, arguments.project)
    path = Path(arguments.project)
    progress = Progress(sys.stderr, quiet=arguments.quiet)
    try:
        document = project.load(path, max_pixels=_max_pixels(arguments))
        warnings = _write(document, targets, progress, start=0.2)
    finally:
        progress.clear()
    _tell(arguments, {"project": arguments.project}, document, {"outputs": targets, "warnings": warnings})


def _targets(outputs: list[str], source: str) -> list[str]:
    """The outputs, each once. Raises WrongCall where one cannot be meant, LayerDeskError where one cannot be written; before any work."""
    targets = list(dict.fromkeys(outputs))
    for target in targets:
        try:
            exports.suffix_of(target)
        except exports.UnknownSuffix as error:
            raise WrongCall(str(error)) from error
        if _same_file(target, source):
            raise WrongCall(f"{target} is the picture or project itself and would be overwritten; give the output another name")
    for target in targets:
        exports.check_place(target)
    return targets


def _same_file(target: str, source: str) -> bool:
    try:
        return Path(target).samefile(source)
    except OSError:
        return False


def _recipe(arguments: argparse.Namespace) -> Recipe:
    """The user's settings, over them the recipe file, over that `--ocr`."""
    from layerdesk.app import settings

    recipe = settings.load().recipe
    if arguments.recipe is not None:
        recipe = Recipe.from_json({**recipe.to_json(), **_recipe_file(Path(arguments.recipe))})
    if arguments.ocr is not None:
        from layerdesk.engines.registry import names

        known = names("text")
        if arguments.ocr not in known:
            raise WrongCall(f"there is no text recogniser called {arguments.ocr}; choose one of {', '.join(known)}")
        recipe = replace(recipe, ocr=arguments.ocr)
    return recipe


def _recipe_file(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise LayerDeskError(f"the recipe {path} cannot be read; check its name") from error
    except (ValueError, RecursionError) as error:
        raise LayerDeskError(f'the recipe {path} is no JSON; write an object such as {{"ocr": "tesseract"}}') from error
    if not isinstance(content, dict):
        raise LayerDeskError(f'the recipe {path} is no JSON object; write one such as {{"ocr": "tesseract"}}')
    return content


def _max_pixels(arguments: argparse.Namespace) -> int:
    if arguments.max_megapixels is not None:
        megapixels: float = arguments.max_megapixels
        return round(megapixels * 1e6)
    from layerdesk.app import settings

    return settings.load().max_pixels


def _write(document: Document, targets: list[str], progress: Progress, *, start: float) -> list[str]:
    """Write every target and return what the formats could not hold. One that fails does not keep the others from being written."""
    warnings: list[str] = []
    failed: list[LayerDeskError] = []
    share = (1.0 - start) / len(targets)
    for index, target in enumerate(targets):
        context = Part(whole=progress, start=start + share * index, end=start + share * (index + 1))
        context.report(0.0, f"writing {target}")
        try:
            plan = exports.export(document, target, context=context)
        except LayerDeskError as error:
            failed.append(error)
        else:
            warnings += [f"{target}: {sentence}" for sentence in plan.warnings]
    progress.report(1.0, "done")
    if failed:
        raise LayerDeskError("; ".join(str(error) for error in failed)) from failed[0]
    return warnings


def _tell(arguments: argparse.Namespace, what: dict[str, Any], document: Document, done: dict[str, Any]) -> None:
    """The result: an object with --json, nothing with --quiet, else the notes and one line."""
    width, height, count = document.size.width, document.size.height, sum(1 for _ in document.walk())
    if arguments.json:
        say_object({**what, "width": width, "height": height, "layers": count, **done})
    elif not arguments.quiet:
        for sentence in done["warnings"]:
            say(f"layerdesk: note: {one_line(sentence)}", sys.stderr)
        say(f"{count} {'layer' if count == 1 else 'layers'}, {width} x {height}: {', '.join(done['outputs'])}")
