"""Presenters: results as text, Markdown, LaTeX, CSV, JSON and HTML. They compute nothing.

Each format has a module with functions from a result to text; what a terminal can show is given as a
`Screen`.
"""
