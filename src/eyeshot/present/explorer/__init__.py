"""The explorer: one front end, in a page of its own, in a notebook and as a local app.

Its source is TypeScript (`web/` in the repository); the bundle beside this module is made from it by ``make web``.
"""
