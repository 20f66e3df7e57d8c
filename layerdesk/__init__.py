"""LayerDesk: take a flat picture apart into layers, correct them by hand, export what a colleague would have built."""

__version__ = "0.1.0"
