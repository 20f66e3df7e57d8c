"""Files that appear whole or not at all: written beside their place, synced, then moved over it."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layerdesk.errors import LayerDeskError

_PREFIX = ".layerdesk-"

_REASONS = {
    errno.ENOSPC: "the disk is full; make room or choose another place",
    errno.EDQUOT: "the disk quota is used up; make room or choose another place",
    errno.EFBIG: "the file would be larger than this disk or account allows; choose another place",
    errno.EACCES: "there is no permission to write there; choose another place",
    errno.EPERM: "there is no permission to write there; choose another place",
    errno.EROFS: "that disk is read-only; choose another place",
    errno.ENOTDIR: "a part of its path is a file, not a folder; choose another place",
    errno.EEXIST: "a part of its path is a file, not a folder; choose another place",
    errno.EISDIR: "a folder of that name is in the way; choose another name",
    errno.ENAMETOOLONG: "its name is too long; choose a shorter one",
    errno.ENOENT: "its folder is gone; choose another place",
    errno.EBUSY: "another program is using it; close it there and try again",
    errno.EIO: "the disk reported an error; choose another place",
    errno.EINVAL: "that name is not allowed there; choose another name",
    errno.ELOOP: "its links point at each other; choose another place",
}


def write_error(target: Path, error: OSError) -> LayerDeskError:
    """The sentence for people about an OSError met while writing `target`."""
    reason = _REASONS.get(error.errno or 0, "the system refused it; choose another place and try again")
    return LayerDeskError(f"cannot write {target}: {reason}")


def check_place(target: Path, *, folder: bool = False) -> None:
    """Raises LayerDeskError where it can be known before any work that `target` cannot be written. Touches nothing."""
    try:
        place = Path(os.path.realpath(target))
        if place.is_dir() != folder and place.exists():
            raise OSError(errno.ENOTDIR if folder else errno.EISDIR, "is in the way")
        there = next(path for path in (place, *place.parents) if path.exists())
        if there != place and not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "is a file")
        if not os.access(there, os.W_OK) or (there == place and not folder and not os.access(place.parent, os.W_OK)):
            raise PermissionError(errno.EACCES, "is read-only")
    except OSError as error:
        raise write_error(target, error) from error


@contextmanager
def replacing(target: Path, *, sync: bool = True) -> Iterator[Path]:
    """A new empty file beside `target` to write to; on a clean exit it takes the place of `target`.

    It has the suffix of `target`. Missing folders are made. On any exception the new file is removed and an older `target` stays
    as it was. `sync` waits until the bytes are on the disk. Raises LayerDeskError for what the system refuses.
    """
    place = Path(os.path.realpath(target))  # a link stays a link: what it points to is replaced
    made: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder", str(place))
        if place.exists() and not os.access(place, os.W_OK):
            # A replace would get round a file that was made read-only on purpose.
            raise PermissionError(errno.EACCES, "is read-only", str(place))
        made = _new_file(place)
        yield made
        if sync:
            _sync(made)
        if place.exists():
            shutil.copymode(place, made)
        made.replace(place)
        made = None
        if sync:
            _sync(place.parent)
    except OSError as error:
        raise write_error(target, error) from error
    finally:
        if made is not None:
            made.unlink(missing_ok=True)


@contextmanager
def replacing_folder(target: Path, *, members: tuple[str, ...]) -> Iterator[Path]:
    """A new empty folder to fill with `members`; on a clean exit they stand in `target`.

    A `target` that does not exist yet, or is empty, appears by one rename. In an older one only `members` are replaced, by
    renames that are taken back where one fails; whatever else lies in it stays. On any exception the new folder is removed and
    an older `target` is as it was. Raises LayerDeskError for what the system refuses.
    """
    place = Path(os.path.realpath(target))
    made: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "is a file", str(place))
        # A non-empty folder is changed inside: renaming it would pull it away under every program that stands in it.
        inside = place.is_dir() and any(place.iterdir())
        made = _free_name(place if inside else place.parent, "")
        made.mkdir()
        yield made
        for path in sorted(made.rglob("*")):
            _sync(path)
        if inside:
            _swap(made, place, members)
        else:
            _sync(made)
            if place.is_dir():
                place.rmdir()
            made.rename(place)
            made = None
        _sync(place.parent)
    except OSError as error:
        raise write_error(target, error) from error
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


def _swap(made: Path, place: Path, members: tuple[str, ...]) -> None:
    """Rename each of `members` from `made` into `place`, the older ones into `made`; all or none."""
    undo: list[tuple[Path, Path]] = []
    try:
        for member in members:
            old = made / f"{member}.old"
            for source, goal in ((place / member, old), (made / member, place / member)):
                if source.exists():
                    source.rename(goal)
                    undo.append((goal, source))
    except BaseException:
        for goal, source in reversed(undo):
            goal.rename(source)
        raise


def _free_name(folder: Path, suffix: str) -> Path:
    return folder / f"{_PREFIX}{secrets.token_hex(6)}{suffix}"


def _new_file(place: Path) -> Path:
    """A new empty file in the folder of `place`, with the permissions that the user's umask gives."""
    path = _free_name(place.parent, place.suffix)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return path


def _sync(path: Path) -> None:
    """Wait until a file, or the list of names of a folder, is on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows gives no handle on a folder.
    # Windows syncs only what is open for writing.
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if not path.is_dir() or error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks cannot sync a folder
            raise
    finally:
        os.close(descriptor)
