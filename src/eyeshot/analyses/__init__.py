"""Analyses: interpretations of one graph. Each walks over the accesses of the ops and knows no op by name."""
