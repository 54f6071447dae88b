"""Index arithmetic: index maps, interval sequences, index sets and path counts, all along one dimension."""
