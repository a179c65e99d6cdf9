"""What to ask which kind of device, read from YAML.

`load_library` reads the shipped profiles and the user's; the library then gives each device its profile, by name or
by sysObjectID, and says which tables, columns and labels readings can hold. A file that cannot be used is left out
and named in `problems`; a thing it asks that we cannot do is a warning there.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.profiles.catalogue import ENTERPRISES, NET_SNMP, Catalogue, Probe, Questions, enterprise_of
    from netwatch.profiles.concepts.compiling import DESCRIPTION, BadMapping, Compiled, StateMap, compile_map
    from netwatch.profiles.concepts.concept_map import (
        THRESHOLDS,
        ConceptMap,
        Join,
        NumberMap,
        Selection,
        Source,
        Text,
        Thresholds,
        WordMap,
    )
    from netwatch.profiles.concepts.templates import Named, Template
    from netwatch.profiles.edits import Edit, edited, edited_text
    from netwatch.profiles.formats import written
    from netwatch.profiles.indexes import index_parts
    from netwatch.profiles.library import ProfileLibrary
    from netwatch.profiles.loading import load_library
    from netwatch.profiles.profile import GENERIC, SYSTEM, ColumnSpec, Kit, LabelSpec, Profile, TableSpec
    from netwatch.profiles.settings import ProfileSettings
    from netwatch.profiles.settling import settle_kinds
    from netwatch.profiles.sysdescr import Description, parse_description
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "load_library", "ProfileLibrary", "GENERIC", "SYSTEM",
    "Catalogue", "Probe", "Questions", "ENTERPRISES", "NET_SNMP", "enterprise_of",
    "Kit", "Profile", "TableSpec", "ColumnSpec", "LabelSpec", "settle_kinds", "ProfileSettings",
    "index_parts", "written", "Edit", "edited", "edited_text",
    "Description", "DESCRIPTION", "parse_description",
    "BadMapping", "Compiled", "ConceptMap", "Join", "Named", "NumberMap", "Selection", "Source", "StateMap",
    "Template", "Text", "Thresholds", "THRESHOLDS", "WordMap", "compile_map",
]  # fmt: skip
