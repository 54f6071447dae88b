"""The graph: a closed set of ops as frozen data, validated, buildable, serialisable."""
