"""Reads the files into one Settings object; names the file, line and key that is wrong.

`load_settings` gives the settings or raises with everything that is wrong; `check` lists errors and warnings;
`load_inventory` reads only what is needed to ask its devices; `devices` resolves what each device inherits;
`json_schema` describes the file to editors.

May import: the settings of every room, netwatch.model. Called by: app, cli.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.config.alertmanager import Taken, take_over
    from netwatch.config.completeness import Predecessor
    from netwatch.config.exceptions import exception_faults
    from netwatch.config.inventory import credential, credentials_to_try, devices, write_credential
    from netwatch.config.inventory_loading import load_inventory
    from netwatch.config.inventory_settings import InventorySettings
    from netwatch.config.loading import Loaded, check, checked, load, load_settings, load_to_run
    from netwatch.config.names import did_you_mean
    from netwatch.config.profiles_schema import profile_schema
    from netwatch.config.refusing import dead_recipients
    from netwatch.config.rule_paths import rule_files_of
    from netwatch.config.rules_schema import rule_schema
    from netwatch.config.schema import json_schema
    from netwatch.config.senders import refused_senders
    from netwatch.config.settings import Settings
    from netwatch.config.taken import FOUND_FILE, SWEEP_FILE, TAKEN_FILE
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Settings",
    "InventorySettings",
    "load_inventory",
    "did_you_mean",
    "rule_files_of",
    "load_settings",
    "load_to_run",
    "Predecessor",
    "check",
    "checked",
    "dead_recipients",
    "load",
    "Loaded",
    "devices",
    "credential",
    "credentials_to_try",
    "FOUND_FILE",
    "SWEEP_FILE",
    "TAKEN_FILE",
    "write_credential",
    "json_schema",
    "rule_schema",
    "profile_schema",
    "refused_senders",
    "exception_faults",
    "Taken",
    "take_over",
]
