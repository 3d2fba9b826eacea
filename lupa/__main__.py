"""`python -m lupa` is the command `lupa`."""

from lupa.cli import main

main()
