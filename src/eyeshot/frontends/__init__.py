"""Frontends: whatever describes a network becomes a graph. Each loads its library only when it is used."""
