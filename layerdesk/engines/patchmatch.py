"""Holes in texture filled by PatchMatch (Barnes et al. 2009), as pypatchmatch implements it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layerdesk.layering.protocols import Rgb

_SEED = 20090727
_RADIUS = 3
"""Patches of 7 pixels a side."""
_MEND = "install it with `pip install pypatchmatch==2.2.0`"

_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchMatch:
    """An Inpainter. Its random search starts from the same seed at every call, so equal inputs give equal results."""

    @property
    def name(self) -> str:
        return "patchmatch"

    @property
    def version(self) -> str:
        try:
            return importlib.metadata.version("pypatchmatch")
        except importlib.metadata.PackageNotFoundError:
            return "not installed"

    def missing(self) -> str | None:
        if importlib.util.find_spec("patchmatch") is None:
            return f"the texture fill patchmatch lacks the package pypatchmatch; {_MEND}"
        import patchmatch

        if not patchmatch.patchmatch_available:
            return f"the texture fill patchmatch cannot load its library on this machine; {_MEND}"
        return None

    def fill(self, image: Rgb, hole: NDArray[np.bool_]) -> Rgb:
        """`image` with the pixels under `hole` (h, w) made of patches of the others. A hole without surroundings is left."""
        if not hole.any() or hole.all():
            return image.copy()
        import patchmatch

        with _lock:
            patchmatch.set_verbose(False)
            patchmatch.set_random_seed(_SEED)
            filled = patchmatch.inpaint(np.ascontiguousarray(image), np.ascontiguousarray(hole), patch_size=_RADIUS)
        return np.where(hole[:, :, None], filled, image)
