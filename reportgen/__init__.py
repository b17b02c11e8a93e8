"""Department budget disclosures from budget lines: one input, every figure derived from it."""

__version__ = "0.1.0"
