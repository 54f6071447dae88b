"""Running a plan of tiles: the user's model, from any array to any array, here or on a cluster."""
