"""Files that images come in: each reader opens one kind, and pixels are read only as they are asked for."""
