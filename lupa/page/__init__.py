"""Page: policies in one file that decides, explains and explores in a browser."""
