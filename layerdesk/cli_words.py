"""The words of a call: which there are, and what is said when they are off."""

from __future__ import annotations

import argparse
from typing import NoReturn

import layerdesk
from layerdesk.errors import LayerDeskError

COMMANDS = ("layer", "export", "doctor")

_DESCRIPTION = """\
LayerDesk takes a flat picture apart into layers.

  layerdesk                              open the editor
  layerdesk FILE                         open the editor with a picture or a .layerdesk project
  layerdesk layer IMAGE -o OUT           layer a picture without a window
  layerdesk export PROJECT -o OUT        export a saved project
  layerdesk doctor                       what this machine has, what is missing, and how to get it

OUT's suffix picks the format: .psd .psb .pptx .svg .ora .zip .layerdesk .png .jpg .webp; a path that ends in / becomes a
folder with one PNG a layer and a manifest. -o may be given several times.
"""


class WrongCall(LayerDeskError):
    """The words of the call are off."""


class _Parser(argparse.ArgumentParser):
    """An argparse parser that raises instead of printing its usage over several lines."""

    def error(self, message: str) -> NoReturn:
        raise WrongCall(f"{message}; see {self.prog} --help")


def command_parser() -> argparse.ArgumentParser:
    """Of the calls that begin with a command; its name comes as `command`."""
    parser = _Parser(
        prog="layerdesk",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="layerdesk [FILE] | layerdesk COMMAND ...",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"layerdesk {layerdesk.__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", prog="layerdesk", required=True)

    command = commands.add_parser("layer", help="layer a picture without a window", allow_abbrev=False)
    command.add_argument("image", metavar="IMAGE", help="PNG, JPEG, WebP, GIF, BMP or TIFF")
    _add_outputs(command)
    command.add_argument("--ocr", metavar="ENGINE", help="the text recogniser: rapidocr, tesseract or a plug-in's name")
    command.add_argument("--recipe", metavar="FILE", help="a JSON file with the settings of the layering")

    command = commands.add_parser("export", help="export a saved project", allow_abbrev=False)
    command.add_argument("project", metavar="PROJECT", help="a .layerdesk file")
    _add_outputs(command)

    command = commands.add_parser("doctor", help="what this machine has and what is missing", allow_abbrev=False)
    command.add_argument("--json", action="store_true", help="one JSON object on standard output")
    command.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    return parser


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", dest="outputs", metavar="OUT", action="append", required=True, help="may be given several times"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output when it is done")
    parser.add_argument("--quiet", action="store_true", help="no progress and no warnings")
    parser.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    parser.add_argument(
        "--max-megapixels", metavar="N", type=_megapixels, help="refuse larger pictures (default: the settings', else 100)"
    )


def _megapixels(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text} is no number of megapixels")
    return value


def editor_parser() -> argparse.ArgumentParser:
    """Of the calls that open the window."""
    parser = _Parser(prog="layerdesk", allow_abbrev=False)
    parser.add_argument("file", nargs="?", metavar="FILE")
    parser.add_argument("--debug", action="store_true")
    return parser
