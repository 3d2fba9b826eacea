"""The command `lupa`, also as `python -m lupa`."""

import gc


def main() -> None:
    """Runs the command line; one command ends before there is garbage worth collecting."""
    gc.disable()
    from lupa.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
