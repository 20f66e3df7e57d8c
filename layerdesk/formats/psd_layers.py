"""The layer tree as PSD records: bottom to top, groups between two divider records, channels made when they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from psd_tools.constants import BlendMode, ChannelID, SectionDivider, Tag
from psd_tools.psd.layer_and_mask import ChannelInfo, LayerFlags, LayerRecord, MaskData
from psd_tools.psd.tagged_blocks import TaggedBlocks

from layerdesk.document.composite import layer_rgba
from layerdesk.document.document import Document
from layerdesk.document.geometry import EMPTY, Rect
from layerdesk.document.layers import Blend, GroupLayer, Layer, LeafLayer, ShapeLayer, TextLayer
from layerdesk.document.masks import TileMask
from layerdesk.formats.psd_descriptor import clean
from layerdesk.formats.psd_file import Draft
from layerdesk.formats.psd_image import Plane, channel, planes
from layerdesk.formats.psd_outline import live_shape
from layerdesk.formats.psd_shapes import shape_blocks
from layerdesk.formats.psd_text import type_block

MARGIN = 64
"""Pixels around a mask that are kept under it, so that it can be painted back over them."""
_COLOURS = (ChannelID.TRANSPARENCY_MASK, ChannelID.CHANNEL_0, ChannelID.CHANNEL_1, ChannelID.CHANNEL_2)
_BLENDS: Mapping[Blend, BlendMode] = {
    "normal": BlendMode.NORMAL,
    "multiply": BlendMode.MULTIPLY,
    "screen": BlendMode.SCREEN,
    "overlay": BlendMode.OVERLAY,
}
_LOCK_ALL = 1 << 31
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


def drafts(document: Document, *, becomes: Mapping[str, str], version: int, dpi: float) -> list[Draft]:
    """The records of every layer. `becomes` tells for each layer id what the plan made of it."""
    maker = _Maker(document, becomes, version, dpi)
    return list(maker.tree(document.layers))


class _Maker:
    """Hands out layer ids and text indices while it goes through the tree."""

    def __init__(self, document: Document, becomes: Mapping[str, str], version: int, dpi: float) -> None:
        self._document = document
        self._becomes = becomes
        self._version = version
        self._dpi = dpi
        self._records = 0
        self._texts = 0

    def tree(self, layers: Sequence[Layer]) -> Iterator[Draft]:
        for layer in layers:
            if isinstance(layer, GroupLayer):
                yield from self._group(layer)
            else:
                yield self._leaf(layer)

    def _group(self, group: GroupLayer) -> Iterator[Draft]:
        through = group.opacity >= 1 and group.blend == "normal"
        blend = BlendMode.PASS_THROUGH if through else _BLENDS[group.blend]
        bottom = self._record(None, "</Layer group>", EMPTY, _COLOURS, flags=LayerFlags(pixel_data_irrelevant=True))
        bottom.tagged_blocks.set_data(Tag.SECTION_DIVIDER_SETTING, SectionDivider.BOUNDING_SECTION_DIVIDER)
        yield Draft(record=bottom, channels=self._nothing)
        yield from self.tree(group.children)
        flags = LayerFlags(visible=group.visible, pixel_data_irrelevant=True)
        top = self._record(group, group.name, EMPTY, _COLOURS, flags=flags, blend=blend)
        top.tagged_blocks.set_data(Tag.SECTION_DIVIDER_SETTING, SectionDivider.OPEN_FOLDER, signature=b"8BIM", blend_mode=blend)
        yield Draft(record=top, channels=self._nothing)

    def _leaf(self, layer: LeafLayer) -> Draft:
        match self._becomes[layer.id]:
            case "live text" if isinstance(layer, TextLayer):
                record = self._record(layer, layer.name, layer.bounds, _COLOURS, flags=LayerFlags(visible=layer.visible))
                record.tagged_blocks[Tag.TYPE_TOOL_OBJECT_SETTING] = type_block(layer, index=self._texts)
                self._texts += 1
                return Draft(record=record, channels=self._seen(layer))
            case "shape" if isinstance(layer, ShapeLayer) and (live := live_shape(self._document, layer)):
                flags = LayerFlags(visible=layer.visible, pixel_data_irrelevant=True)
                record = self._record(layer, layer.name, layer.bounds, _COLOURS, flags=flags)
                for block in shape_blocks(live, canvas=self._document.size, dpi=self._dpi):
                    record.tagged_blocks[block.key] = block
                return Draft(record=record, channels=self._seen(layer))
            case "picture":
                record = self._record(layer, layer.name, layer.bounds, _COLOURS, flags=LayerFlags(visible=layer.visible))
                return Draft(record=record, channels=self._seen(layer))
        return self._masked(layer)

    def _seen(self, layer: LeafLayer) -> Callable[[], Sequence[bytes]]:
        """The layer's pixels as they look, transparent outside its mask."""

        def channels() -> Sequence[bytes]:
            return self._packed(layer_rgba(self._document.source, layer)[1])

        return channels

    def _masked(self, layer: LeafLayer) -> Draft:
        """Full pixels under a user mask."""
        inner = layer.bounds
        known = self._document.source.size.rect.translated(layer.offset)
        if layer.own is not None:
            known = known.united(layer.own.rect.translated(layer.offset))
        outer = inner.united(inner.expanded(MARGIN).intersected(self._document.rect).intersected(known)) if layer.mask else inner
        ids = (*_COLOURS, ChannelID.USER_LAYER_MASK)
        record = self._record(layer, layer.name, outer, ids, flags=LayerFlags(visible=layer.visible))
        record.mask_data = MaskData(top=inner.y, left=inner.x, bottom=inner.bottom, right=inner.right)

        def channels() -> Sequence[bytes]:
            bare = replace(layer, mask=TileMask.from_rect(outer.translated(-layer.offset)))
            _, rgba = layer_rgba(self._document.source, bare, rect=outer)
            mask = layer.mask.to_array(inner.translated(-layer.offset))
            return [*self._packed(rgba), channel(mask, version=self._version)]

        return Draft(record=record, channels=channels)

    def _packed(self, rgba: Plane) -> list[bytes]:
        red, green, blue, alpha = planes(rgba) if rgba.size else (np.zeros((0, 0), np.uint8),) * 4
        return [channel(plane, version=self._version) for plane in (alpha, red, green, blue)]

    def _nothing(self) -> Sequence[bytes]:
        return self._packed(np.zeros((0, 0, 4), np.uint8))

    def _record(
        self,
        layer: Layer | None,
        name: str,
        rect: Rect,
        ids: Sequence[ChannelID],
        *,
        flags: LayerFlags,
        blend: BlendMode | None = None,
    ) -> LayerRecord:
        """A record with what all records have: id, names, lock. `layer` None is the lower divider of a group."""
        self._records += 1
        shown = clean(_CONTROLS.sub(" ", name))
        record = LayerRecord(
            top=rect.y,
            left=rect.x,
            bottom=rect.bottom,
            right=rect.right,
            channel_info=[ChannelInfo(id=number) for number in ids],
            blend_mode=blend or (_BLENDS[layer.blend] if layer else BlendMode.NORMAL),
            opacity=_byte(layer.opacity) if layer else 255,
            flags=flags,
            # The short name is in the Mac's old character set; programs of this century read the other.
            name=shown.encode("mac_roman", "replace")[:255].decode("mac_roman"),
            tagged_blocks=TaggedBlocks(),
        )
        record.tagged_blocks.set_data(Tag.UNICODE_LAYER_NAME, shown)
        record.tagged_blocks.set_data(Tag.LAYER_ID, self._records)
        record.tagged_blocks.set_data(Tag.PROTECTED_SETTING, _LOCK_ALL if layer and layer.locked else 0)
        return record


def _byte(opacity: float) -> int:
    """0..1 as a byte."""
    return min(255, max(0, round(opacity * 255)))
