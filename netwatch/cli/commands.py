"""The commands there are: where each stands, under which heading of the help, and what its line there says.

The line is the first of the command's own docstring; a test holds them equal. A folder of this room is a heading.
May import: nothing. Called by: netwatch.cli.
"""

from __future__ import annotations

from netwatch.cli.lazy import Listed

COMMANDS: dict[str, Listed] = {
    name: Listed(place=f"netwatch.cli.{place}", panel=panel, says=says)
    for panel, commands in {
        "Watch": {
            "run": ("watch.run:run", "Run the agent until SIGTERM or SIGINT; SIGHUP reads the configuration again."),
            "demo": (
                "watch.demo:demo",
                "Watch seven simulated devices break and recover, and read the mails; needs no root and no network.",
            ),
        },
        "Configuration": {
            "init": (
                "configuration.init.command:init",
                "Ask five questions, try each answer, and write a configuration that works.",
            ),
            "check": (
                "configuration.check:check",
                "Print all that is wrong with a configuration, its profiles and its rules; exit 1 where there are "
                "errors.",
            ),
            "schema": (
                "configuration.check:schema",
                "Print the JSON Schema of the configuration, rules or profiles, for editors that complete and check "
                "YAML.",
            ),
            "import": (
                "configuration.importing:import_app",
                "Carry over what people have for Prometheus, Alertmanager and snmp_exporter, and name what is left.",
            ),
            "discover": (
                "configuration.discover:discover",
                "Look for devices in ranges of addresses and propose what to add; with --write add it.",
            ),
            "user": ("configuration.users:user_app", "Say who may sign in on the page, and what they may."),
            "token": (
                "configuration.tokens:token_app",
                "Make, list and revoke tokens, by which programs may ask and act.",
            ),
            "test-mail": (
                "configuration.mail:send_test_mail",
                "Send one real mail through every relay and print each step; exit 1 where one refuses.",
            ),
        },
        "Ask a device": {
            "poll": ("ask.poll:poll", "Poll a device once, as the agent would, and print what it is."),
            "get": ("ask.get:get", "Ask a device for exact instances, as snmpget does."),
            "walk": (
                "ask.walk:walk",
                "Walk a subtree of a device, as snmpbulkwalk does; exit 1 where it could not be walked whole.",
            ),
            "profiles": (
                "ask.profiles:profiles_app",
                "Show what profiles know, what they read of a device and why, and try a new one on a capture.",
            ),
            "support": (
                "ask.support:support",
                "Walk a device into a file without its secrets, for who writes a profile; exit 1 where it could not "
                "be whole.",
            ),
            "table": (
                "ask.table:table",
                "Read a whole table of a device, its index spelled out and its values as their types say.",
            ),
            "set": (
                "ask.set:set_",
                "Change values on a device: shows old and new, asks, sets, reads back; exit 1 where it did not come "
                "to be.",
            ),
        },
        "Names": {
            "translate": (
                "names.translate:translate",
                "Turn a name into its OID and an OID into its name; with -O write either as net-snmp does.",
            ),
            "mib": ("names.mib:mib_app", "Show what MIB modules say, and what is wrong in them."),
        },
        "Look": {
            "devices": (
                "look.devices:devices",
                "List the devices that are watched: up or down, when last polled, as which profile.",
            ),
            "neighbours": (
                "look.neighbours:neighbours",
                "List who stands at which port, since when, and which of them is a device that is watched.",
            ),
            "top": (
                "look.top.command:top",
                "Follow what is wrong on one screen: alerts and devices, or the ports of one device, the worst "
                "first.",
            ),
            "rules": (
                "look.rules:rules",
                "List the rules: what each looks at and how long it waits, and how many alerts it has now.",
            ),
            "alerts": ("look.alerts:alerts", "Print what is pending or firing."),
            "explain": (
                "look.explain:explain_",
                "Say why an alert fires or does not, and who was told; exit code 1 where there is no such thing.",
            ),
            "fire": (
                "look.fire:fire",
                "Say whom an alert of a rule would tell, by which route, in which words; exit 1 where it is nobody.",
            ),
            "traps": (
                "look.traps:traps_app",
                "Print the traps and informs that were received, newest first; with --follow the newest last.",
            ),
            "backtest": (
                "look.backtest:backtest",
                "Say what a rule would have done with what history keeps: what fired, when, how often told.",
            ),
            "export": (
                "look.export:export",
                "Write what history keeps as CSV or OpenMetrics, also while the agent runs.",
            ),
            "outbox": (
                "look.outbox:outbox_app",
                "Show the mails and what became of them; send some again, or give them up.",
            ),
            "mailbox": (
                "look.mailbox:mailbox_app",
                "Show what came back by mail and what became of it, or try whether the mailbox can be read.",
            ),
        },
        "Act": {
            "ack": (
                "act.ack:ack",
                "Say that somebody has an alert in hand: it is not repeated and not escalated any more.",
            ),
            "unack": ("act.ack:unack", "Take that back: nobody has it in hand after all."),
            "forget": (
                "act.forget:forget",
                "Say that what an alert is about is gone for good: it ends, though nobody saw it well.",
            ),
            "backup": (
                "act.backup:backup",
                "Copy database and history into new files, whole, while the agent runs; exit 1 where that cannot be.",
            ),
            "restore": (
                "act.restore:restore",
                "Put a copy in the place of database and history, which are moved aside; the agent must be stopped.",
            ),
            "silence": ("act.silence:silence_app", "Make, list and end silences at the running agent."),
        },
    }.items()
    for name, (place, says) in commands.items()
}
