"""Layer lists: networks as inline text, as ``[[kernel, stride, padding], …]``, and as TOML, YAML and JSON files.

Every form becomes a `Document` of entries (`text`, `gist`, `files`), which are checked (`schema`), written out as
one row of layers (`expand`: blocks, sequences, repeats) and built, layer by layer, by the rules in `kinds`.
"""
