"""NetWatch watches networks and mails people when something breaks."""

from importlib.metadata import version

__version__ = version("netwatch-agent")
