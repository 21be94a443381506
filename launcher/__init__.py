"""Brings the whole platform up on a bare machine, and down again leaving nothing behind.

Imports nothing of `marketplace` or `sandbox`: it starts them as programs.
"""
