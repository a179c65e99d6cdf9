"""The wire: codec, plans, walks, one UDP endpoint; the general engine behind it.

`Snmp` asks devices, whatever their version. `FastLane` is our own codec, `GeneralEngine` is pysnmp; both satisfy
`SnmpClient`, which is what other rooms should name. The codec of messages is here for who receives notifications.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.snmp.client import GetPlan, SnmpClient, Walk, WalkedColumn
    from netwatch.snmp.codec.ber import (
        SEQUENCE,
        decode_integer,
        decode_oid,
        decode_unsigned,
        decode_value,
        encode_tlv,
        read_as,
        read_tlv,
    )
    from netwatch.snmp.codec.message import (
        Message,
        Pdu,
        PduKind,
        TrapV1Pdu,
        decode_message,
        encode_message,
        encode_pdu,
        null_varbinds,
        read_integer,
    )
    from netwatch.snmp.dispatch import Snmp
    from netwatch.snmp.fast.lane import FastLane
    from netwatch.snmp.fast.tally import Tally, counted
    from netwatch.snmp.general.engine import GeneralEngine
    from netwatch.snmp.general.notify import LocalEngine, NotificationSender
    from netwatch.snmp.general.set import SetRefused, set_varbinds
    from netwatch.snmp.settings import CommunityCredential, CredentialSettings, UserCredential
    from netwatch.snmp.v3.engine import MAX_BOOTS, Engine, EngineMemory
    from netwatch.snmp.v3.hot import open_header
    from netwatch.snmp.v3.keys import NO_KEYS, Keys, check_credential, keys_at, level_of
    from netwatch.snmp.v3.message import LEVEL, Flag, Header, encode_context
    from netwatch.snmp.v3.seal import seal, unseal
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Snmp", "SnmpClient", "GetPlan", "Walk", "WalkedColumn", "FastLane", "GeneralEngine", "Tally", "counted",
    "SetRefused", "set_varbinds", "LocalEngine", "NotificationSender",
    "Message", "Pdu", "PduKind", "TrapV1Pdu", "decode_message", "encode_message", "null_varbinds",
    "CommunityCredential", "CredentialSettings", "UserCredential",
    "SEQUENCE", "decode_integer", "decode_oid", "decode_unsigned", "decode_value", "read_as",
    "read_integer", "read_tlv", "encode_pdu", "encode_tlv",
    "Engine", "EngineMemory", "Flag", "Header", "Keys", "LEVEL", "MAX_BOOTS", "NO_KEYS",
    "check_credential", "encode_context", "keys_at", "level_of", "open_header", "seal", "unseal",
]  # fmt: skip
