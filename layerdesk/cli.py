"""The command line. Exit status: 0 done, 1 it failed, 2 the call's words are off, 130 interrupted."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from layerdesk.cli_progress import one_line, say, say_object
from layerdesk.cli_words import COMMANDS, WrongCall, command_parser, editor_parser
from layerdesk.errors import LayerDeskError

DONE, FAILED, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run `layerdesk` with these words (those of the process by default) and return the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    try:
        with _plain_messages(debug=debug):
            return _run(words)
    except SystemExit as leaving:  # argparse has printed its help
        return int(leaving.code or 0)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing half written is left", INTERRUPTED, debug=debug)
    except WrongCall as error:
        return _fail(str(error), WRONG_CALL, debug=debug)
    except LayerDeskError as error:
        return _fail(str(error), FAILED, debug=debug)
    except MemoryError:
        return _fail("there is not enough memory; close other programs or make the picture smaller", FAILED, debug=debug)
    except BrokenPipeError:
        # Who read the output has gone. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception:  # the last net: people get one line and not a traceback, which --debug shows
        return _fail("something unforeseen went wrong; run it again with --debug and report what that shows", FAILED, debug=debug)


def editor() -> int:
    """The entry of the desktop shortcut."""
    return main()


def _run(words: list[str]) -> int:
    first = next((word for word in words if not word.startswith("-")), None)
    if first in COMMANDS or words[:1] in (["-h"], ["--help"], ["--version"]):
        arguments = command_parser().parse_args(words)
        with _interruptible():
            return _command(arguments)
    if first is not None and not _exists(first):
        raise WrongCall(f"{first} is neither a file nor a command; the commands are {', '.join(COMMANDS)}, see layerdesk --help")
    arguments = editor_parser().parse_args(words)
    return _open_editor(Path(arguments.file) if arguments.file else None)


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _command(arguments: argparse.Namespace) -> int:
    if arguments.command == "doctor":
        from layerdesk.cli_doctor import examine, lines

        report = examine()
        say_object(report) if arguments.json else say("\n".join(lines(report)))
        return DONE if report["ok"] else FAILED
    # Imported late: arrays, engines and formats take their time, and help needs none of them.
    from layerdesk import cli_work

    (cli_work.layer if arguments.command == "layer" else cli_work.export)(arguments)
    return DONE


def _open_editor(file: Path | None) -> int:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens):
        raise LayerDeskError(
            "there is no display to open a window on; start it in a desktop session, or work without a window: "
            f"layerdesk layer {file or 'IMAGE'} -o OUT.psd"
        )
    try:
        from layerdesk.app.bootstrap import run
    except ImportError as error:
        from layerdesk.cli_doctor import qt_sentence

        raise LayerDeskError(qt_sentence(str(error))) from error
    return int(run(file))


def _fail(sentence: str, status: int, *, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    say(f"layerdesk: error: {one_line(sentence)}", sys.stderr)
    return status


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """A polite request to end (SIGTERM) is taken like Ctrl+C, so that nothing half written stays."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: signals are somebody else's
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _plain_messages(*, debug: bool) -> Iterator[None]:
    """What libraries warn about is for developers; what our own modules warn about is one line on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("layerdesk: %(message)s"))
    handler.setLevel(logging.WARNING)
    log = logging.getLogger("layerdesk")
    log.addHandler(handler)
    try:
        with warnings.catch_warnings():
            if not debug:
                warnings.simplefilter("ignore")
            yield
    finally:
        log.removeHandler(handler)
