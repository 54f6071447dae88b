"""What every run of a user's model shares: following its calls, leaving it as it was, going on where it stopped."""
