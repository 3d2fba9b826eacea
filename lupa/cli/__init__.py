"""The command line: read, ask, print, exit."""
