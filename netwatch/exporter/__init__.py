"""/snmp, in the place of snmp_exporter: modules of a user's snmp.yml asked of one device, answered in its series.

`read_definitions` reads the files, `Exporter` scrapes, `Targets` says who may be asked. What NetWatch polls by itself
and shows at /metrics is another room's.

May import: netwatch.snmp, netwatch.mib, netwatch.model, netwatch.errors.
Called by: netwatch.app, netwatch.config, netwatch.cli (import).
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.exporter.generating import Generated, generate
    from netwatch.exporter.modules import Definitions
    from netwatch.exporter.profiling import profile_of
    from netwatch.exporter.reading import environment_of_process, read_definitions, try_definitions
    from netwatch.exporter.scraping import Answer, Exporter
    from netwatch.exporter.settings import ExporterSettings
    from netwatch.exporter.targets import Targets
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Answer", "Definitions", "Exporter", "ExporterSettings", "Targets",
    "Generated", "generate", "environment_of_process", "profile_of", "read_definitions", "try_definitions",
]  # fmt: skip
