"""`python -m netwatch`, the same as the `netwatch` command."""

from netwatch.hangup import HANGUP


def main() -> None:
    """Run the command line."""
    HANGUP.heed_for()
    from netwatch.cli import main as command_line  # takes a while, in which a SIGHUP may come

    command_line()


if __name__ == "__main__":
    main()
