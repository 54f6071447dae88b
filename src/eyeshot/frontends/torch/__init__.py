"""PyTorch: a module becomes a graph by watching the operations that it really executes.

The only package that may import torch; nothing imports it before a PyTorch model is asked for.
"""
