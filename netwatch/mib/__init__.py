"""Names <-> OIDs, from the files in mibs/.

`load_index(paths)` compiles MIB modules in a bounded child process (or takes them from the cache) and gives a
`MibIndex`, which answers from then on without a clock, a file or a process: names, OIDs, row indexes, enumerations,
notifications. What is wrong in a file stands in its `problems`; the rest works. Who must not wait takes what
`names_at_hand(paths)` has, and lets `build_in_child` bring the rest into `LiveNames`.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.mib.background import Brought, NotBuilt, build_in_child
    from netwatch.mib.fetching import NotFetched, fetch
    from netwatch.mib.index import MibIndex
    from netwatch.mib.kinds.library import TrapProfiles, check_profiles
    from netwatch.mib.live import LiveNames
    from netwatch.mib.loading import KnownNames, load_index, names_at_hand
    from netwatch.mib.names import UnknownName
    from netwatch.mib.objects import Base, IndexPart, MibObject, ObjectKind, ResolvedSyntax
    from netwatch.mib.spelling import Style, spell_oid, spell_value, spell_varbind
    from netwatch.mib.survey import LoadOptions, Progress
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "load_index", "names_at_hand", "KnownNames", "LoadOptions", "Progress", "MibIndex", "UnknownName",
    "LiveNames", "build_in_child", "Brought", "NotBuilt",
    "MibObject", "ObjectKind", "Base", "ResolvedSyntax", "IndexPart",
    "Style", "spell_oid", "spell_value", "spell_varbind",
    "fetch", "NotFetched",
    "TrapProfiles", "check_profiles",
]  # fmt: skip
