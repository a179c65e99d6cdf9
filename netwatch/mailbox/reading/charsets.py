"""Turns octets into text by the charset that a mail names, or the likeliest where that is none.

A quiet room. Names are looked up here, never by Python's own registry: that knows codecs that are no charsets
(`zip`, `punycode`), and remembers for ever every name it was asked for in vain.
May import: nothing. Called by: netwatch.mailbox.reading.*.
"""

from __future__ import annotations

_CODECS = {
    "utf8": "utf-8", "unicode11utf8": "utf-8", "utf7": "utf-7", "unicode11utf7": "utf-7",
    "utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be",
    # Programs say iso-8859-1 and mean Microsoft's page with the quotation marks in it; browsers read it so too.
    "iso88591": "cp1252", "latin1": "cp1252", "l1": "cp1252", "cp1252": "cp1252", "windows1252": "cp1252",
    **{f"iso8859{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)},
    "iso88598i": "iso8859-8", "latin2": "iso8859-2", "latin9": "iso8859-15",
    **{f"windows{n}": f"cp{n}" for n in range(1250, 1259) if n != 1252},
    **{f"cp{n}": f"cp{n}" for n in (437, 850, 852, 866, *range(1250, 1259)) if n != 1252},
    "koi8r": "koi8-r", "koi8u": "koi8-u", "macintosh": "mac-roman", "tis620": "tis-620", "windows874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "cp936": "gb18030", "hzgb2312": "hz",
    "big5": "big5hkscs", "big5hkscs": "big5hkscs", "cp950": "cp950",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "cp932": "cp932", "windows31j": "cp932",
    "iso2022jp": "iso2022_jp_2", "eucjp": "euc_jp",
    "euckr": "cp949", "ksc56011987": "cp949", "cp949": "cp949", "iso2022kr": "iso2022_kr",
}  # fmt: skip
_NO_LETTERS = str.maketrans("", "", "-_ .:")


def decoded(octets: bytes, charset: str) -> str:
    """Return the text; what cannot be read is U+FFFD, and nothing is raised."""
    codec = _CODECS.get(charset[:40].lower().translate(_NO_LETTERS))
    return _likely(octets) if codec is None else octets.decode(codec, "replace").removeprefix("\ufeff")


def _likely(octets: bytes) -> str:
    """Return the text of octets without a charset, or a wrong one: UTF-8 if they are that, else windows-1252."""
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")
