"""What the stages call: one file an engine, each behind a protocol of `layering.protocols`, and the registry."""

import os

# Unless it is told so before it is imported, onnxruntime keeps a device id in the user's cache and sends reports to its maker.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
