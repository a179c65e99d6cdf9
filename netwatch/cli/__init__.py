"""The command `netwatch`: one file per group of commands; it prints, it never decides.

May import: everything below. Called by: the console script, netwatch.__main__.
"""

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
