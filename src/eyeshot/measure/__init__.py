"""What runs the user's real model, to hold eyeshot's numbers against what it does."""
