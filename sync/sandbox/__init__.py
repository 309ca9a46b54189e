"""A local server that behaves as the providers do, faults included."""
