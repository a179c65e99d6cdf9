"""Reads of a configuration file what is needed to ask its devices, and no more of it.

What is wrong elsewhere in the file, or which secret of a mail server is not at hand, is no matter then.
May import: netwatch.model. Called by: cli, for the commands that ask a device.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from netwatch.config.inventory import methods_of
from netwatch.config.inventory_settings import InventorySettings
from netwatch.config.secrets import fill_in
from netwatch.config.taken import add_taken, taken_file
from netwatch.model import plain, read_yaml


def load_inventory(path: Path, environment: Mapping[str, str] = os.environ) -> InventorySettings:
    """Return the devices of a file and how they are asked.

    Raises:
        InvalidFile: the file has errors in these parts; lists all there are in the whole of it.
    """
    file = read_yaml(path)
    whole = plain(file.data) if file.data is not None else {}
    if isinstance(whole, dict):
        tree = {key: whole[key] for key in (*InventorySettings.model_fields, "store") if key in whole}
        base = path.absolute().parent
        secrets = fill_in(file, tree, base, environment)
        taken = add_taken(tree, taken_file(tree, base))
        tree.pop("store", None)
        try:
            settings = InventorySettings.model_validate(tree).at(base, taken.origins)
        except ValidationError:
            settings = None
        if settings is not None and not secrets.problems and _is_sound(settings):
            return settings
    from netwatch.config.loading import load_settings  # it has the words, and the models of every room

    return load_settings(path)


def _is_sound(settings: InventorySettings) -> bool:
    """Return whether every device has a name of its own and a credential that exists."""
    usual = settings.defaults.credential
    named = all(
        (part.credential or usual) in settings.credentials or methods_of(settings, part) == ("ping",)
        for part in settings.devices
    )
    return named and len({part.name for part in settings.devices}) == len(settings.devices)
