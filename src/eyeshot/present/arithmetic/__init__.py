"""Convolution arithmetic that moves: from the steps of one layer to frames, from frames to scenes and files."""
