"""The command line: arguments, exit status, one clear line for an error. No arithmetic."""
