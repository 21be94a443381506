"""The sandbox payment provider and carrier: an independent server that behaves like real ones."""
