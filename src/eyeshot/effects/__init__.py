"""What features look like, and what a network really uses: views of a network that runs with its weights."""
