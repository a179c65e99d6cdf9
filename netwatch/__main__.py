"""`python -m netwatch`, the same as the `netwatch` command."""

from netwatch.cli import main

if __name__ == "__main__":
    main()
